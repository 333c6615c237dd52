"""The minutiae network in PyTorch: a normalised print in, six planes for every 4x4 pixels out."""

import torch
from torch import nn

PLANES = 6
"""Logit of a minutia, cosine and sine of its direction, its place in the cell (right, down; in
cells from the middle), logit of an ending."""
_STEM, _FINE, _COARSE = 16, 32, 80
_DILATIONS = (1, 2, 4, 1, 2, 4)


class _Block(nn.Sequential):
    def __init__(
        self, inputs: int, outputs: int, kernel: int = 3, stride: int = 1, d: int = 1
    ) -> None:
        super().__init__(
            nn.Conv2d(inputs, outputs, kernel, stride, d * (kernel - 1) // 2, d, bias=False),
            nn.BatchNorm2d(outputs),
            nn.ReLU(inplace=True),
        )


class MinutiaeNetwork(nn.Module):
    """float32 (batch, 1, height, width), sides multiples of 8, to (batch, 6, height/4, width/4)."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Sequential(_Block(1, _STEM, 5, 2), _Block(_STEM, _FINE, 3, 2))
        self.fine = nn.Sequential(_Block(_FINE, _FINE), _Block(_FINE, _FINE))
        self.down = _Block(_FINE, _COARSE, 3, 2)
        self.coarse = nn.ModuleList([_Block(_COARSE, _COARSE, d=d) for d in _DILATIONS])
        self.up = _Block(_COARSE, 4 * _FINE, 1)
        self.join = _Block(2 * _FINE, _FINE + 8)
        self.head = nn.Conv2d(_FINE + 8, PLANES, 1)

    def forward(self, prints: torch.Tensor) -> torch.Tensor:
        """Give the planes."""
        x = self.stem(prints)
        fine = self.fine(x) + x
        x = self.down(fine)
        for block in self.coarse:
            x = x + block(x)
        x = nn.functional.pixel_shuffle(self.up(x), 2)
        planes: torch.Tensor = self.head(self.join(torch.cat((fine, x), 1)))
        return planes
