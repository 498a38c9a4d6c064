"""Audio: sound turned into a picture of its frequencies over time."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from builder.layers import parameters as p
from builder.layers.base import LayerSpec, Weighted, listed


class MelSpectrogram(LayerSpec):
    """Shows which pitches sound at which time, in steps as people hear them.

    Shapes:
        in:  (batch, samples)
        out: (batch, num_mel_bins, time), with time = samples / sequence_stride, rounded up

    Units:
        Lengths: samples. `sampling_rate`: samples a second. Frequencies: hertz. The result: decibels.

    Problems:
        `sequence_length` is larger than `fft_length`.

    Source:
        Davis and Mermelstein, Comparison of Parametric Representations for Monosyllabic Word Recognition, 1980.
        https://doi.org/10.1109/TASSP.1980.1163420
    """

    fft_length: p.Size = Field(2048, examples=[512], description="Samples that are analysed together.")
    sequence_stride: p.Size = Field(512, examples=[128], description="Samples from one column to the next.")
    sequence_length: p.Size | None = Field(
        None, description="Samples under the window; empty: as many as are analysed together."
    )
    window: Literal["hann", "hamming"] | None = Field(
        "hann", description="How the ends of each piece are faded out; empty: not at all."
    )
    sampling_rate: int = Field(16000, ge=1, le=10_000_000, description="Samples a second in the incoming sound.")
    num_mel_bins: p.Size = Field(128, examples=[64], description="Number of pitches, the height of the result.")
    min_freq: float = Field(20.0, ge=0, le=1e7, description="Lowest frequency, in hertz.")
    max_freq: float | None = Field(
        None, gt=0, le=1e7, description="Highest frequency, in hertz; empty: half the sampling rate."
    )
    power_to_db: bool = Field(True, description="Tell the power in decibels.")
    top_db: float = Field(80.0, gt=0, le=1000, description="Everything this much below the loudest counts as silence.")
    mag_exp: float = Field(2.0, gt=0, le=10, description="1: magnitude; 2: power.")
    min_power: float = Field(1e-10, gt=0, le=1, description="Smallest power that is told apart from silence.")
    ref_power: float = Field(1.0, gt=0, le=1e10, description="Power of 0 decibels.")

    def summary(self) -> str:
        """`64 pitches`."""
        return f"{self.num_mel_bins} pitches"


class STFTSpectrogram(Weighted):
    """Shows which frequencies sound at which time; its waves are weights, so that training can tune them.

    Shapes:
        in:  (batch, samples, channels)
        out: (batch, time, (fft_length / 2 + 1) * channels), for mode="stft" twice as many,
             with expand_dims: (batch, time, fft_length / 2 + 1, channels)

    Units:
        Lengths: samples.

    Problems:
        `frame_step` is larger than `frame_length`, or `fft_length` is smaller.

    Source:
        Allen, Short Term Spectral Analysis, Synthesis, and Modification by Discrete Fourier Transform, 1977.
        https://doi.org/10.1109/TASSP.1977.1162950
    """

    mode: Literal["log", "magnitude", "psd", "real", "imag", "angle", "stft"] = Field(
        "log", description="What is told of each frequency; psd: power; stft: real and imaginary part."
    )
    frame_length: p.Size = Field(256, description="Samples that are analysed together.")
    frame_step: p.Size | None = Field(None, description="Samples from one piece to the next; empty: half of a piece.")
    fft_length: p.Size | None = Field(
        None, description="Samples to which a piece is filled up, best a power of two; empty: the next one."
    )
    window: Literal["hann", "hamming", "blackman", "bartlett", "boxcar"] = Field(
        "hann", description="How the ends of each piece are faded out; boxcar: not at all."
    )
    periodic: bool = Field(False, description="The window goes on into the next piece.")
    scaling: Literal["density", "spectrum"] | None = Field(
        "density", description="How the window is made up for: by its power, by its sum, or not at all."
    )
    padding: p.Padding = "valid"
    expand_dims: bool = Field(False, description="Give an image: time, frequency, channels.")

    def summary(self) -> str:
        """`log, 256`."""
        return listed(self.mode, self.frame_length)
