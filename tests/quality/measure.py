"""Signals, and what is measured of them: level, frequency, noise, spectrum."""

from __future__ import annotations

import wave
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from realtime_translate.audio import AudioFormat, Conversion, g711
from tests.unit.audio.streams import converted, every

Signal = NDArray[np.float64]

DATA = Path(__file__).parents[1] / "data" / "speech"


def tone(rate: int, frequency: float, seconds: float, amplitude: float = 20000) -> Signal:
    """A sine that starts at zero."""
    return amplitude * np.sin(2 * np.pi * frequency * np.arange(round(rate * seconds)) / rate)


def to_bytes(audio: AudioFormat, signal: Signal) -> bytes:
    """In that format, rounded."""
    linear = np.rint(np.clip(signal, -32768, 32767)).astype("<i2").tobytes()
    return linear if audio.encoding == "linear16" else g711.encode(audio.encoding, linear)


def from_bytes(audio: AudioFormat, data: bytes) -> Signal:
    """The samples that the bytes stand for."""
    linear = data if audio.encoding == "linear16" else g711.decode(audio.encoding, data)
    return np.frombuffer(linear, "<i2").astype(np.float64)


def through(source: AudioFormat, target: AudioFormat, signal: Signal, frame_ms: int = 20) -> Signal:
    """The signal as a stream of frames from one format to the other, to its end."""
    frames = every(to_bytes(source, signal), source.bytes_of(frame_ms))
    return from_bytes(target, converted(Conversion(source, target), frames))


def decibels(ratio: float) -> float:
    """Of amplitudes."""
    return float(20 * np.log10(max(ratio, 1e-12)))


def level(signal: Signal) -> float:
    """Root mean square."""
    return float(np.sqrt(np.mean(signal**2)))


def fitted(signal: Signal, rate: int, frequency: float) -> tuple[float, float]:
    """Amplitude of the sine of that frequency in the signal, and the level of all that is not that sine."""
    t = 2 * np.pi * frequency * np.arange(len(signal)) / rate
    waves = np.stack([np.sin(t), np.cos(t)], axis=1)
    weights = np.linalg.lstsq(waves, signal, rcond=None)[0]
    return float(np.hypot(*weights)), level(signal - waves @ weights)


def frequency_of(signal: Signal, rate: int) -> float:
    """Of the strongest sine, to a fraction of a hertz: the top of a parabola through the spectrum's peak."""
    spectrum = np.log(np.abs(np.fft.rfft(signal * np.hanning(len(signal)))) + 1e-9)
    peak = int(np.argmax(spectrum))
    left, top, right = spectrum[peak - 1 : peak + 2]
    return (peak + (left - right) / (2 * (left - 2 * top + right))) * rate / len(signal)


def middle(signal: Signal, rate: int, edge_ms: int = 50) -> Signal:
    """Without both ends, where a filter meets silence."""
    edge = rate * edge_ms // 1000
    return signal[edge:-edge]


def spectrogram(signal: Signal, rate: int, hop_ms: int = 20) -> Signal:
    """Power by frame (20 ms apart, 40 ms long) and frequency (25 Hz apart)."""
    hop, size = rate * hop_ms // 1000, 2 * rate * hop_ms // 1000
    window = np.hanning(size)
    frames = [signal[at : at + size] * window for at in range(0, len(signal) - size, hop)]
    return np.abs(np.fft.rfft(np.array(frames), axis=1)) ** 2


def by_bands(power: Signal, edges: list[int]) -> Signal:
    """Power by frame and band; the edges are in steps of 25 Hz."""
    return np.stack([power[:, low:high].sum(axis=1) for low, high in pairwise(edges)], axis=1)


def resampled_ideally(signal: Signal, rate: int, target: int) -> Signal:
    """By Fourier transform, all at once: what no stream can do, and independent of any resampler's code."""
    padded = np.concatenate(
        [signal, np.zeros(rate - len(signal) % rate)]
    )  # whole seconds: whole at every rate
    seconds = len(padded) // rate
    spectrum = np.fft.rfft(padded)
    kept = np.zeros(seconds * target // 2 + 1, complex)
    common = min(len(spectrum), len(kept))
    kept[:common] = spectrum[:common]
    ideal = np.fft.irfft(kept, seconds * target) * target / rate
    return ideal[: round(len(signal) * target / rate)]


def recording(name: str) -> tuple[int, Signal]:
    """Rate and samples of one of the spoken test files."""
    with wave.open(str(DATA / name)) as file:
        return file.getframerate(), np.frombuffer(file.readframes(10**6), "<i2").astype(np.float64)
