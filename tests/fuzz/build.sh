#!/usr/bin/env bash
# Builds the fuzz targets in the image of OSS-Fuzz for Python, whose compile_python_fuzzer and $OUT it needs.
# In that image: pip3 install '.[fuzz,test]', and the checkout as the working folder.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
for leg in client upstream; do
    compile_python_fuzzer "tests/fuzz/fuzz_$leg.py" --paths . --hidden-import tests.fuzz.cases \
        --add-data tests/data/recordings:tests/data/recordings
    python3 -m tests.fuzz --leg "$leg" --zip "$OUT/fuzz_${leg}_seed_corpus.zip"
done
