"""Servers that anybody can run, on a call: `python -m tests.servers speech-to-speech`.

Makes an environment with the server in it, starts that on loopback with stand-ins for its recogniser, its
language model and its voice (`models.py`), puts `websockets_proxy.py` before it, and holds calls through both
with the Deepgram client. It downloads gigabytes, so it is not among the tests; what came out is in
`docs/tools/on_call.json`, from which the page of servers is made.
"""
