"""The zone network in PyTorch: a picture in, for every 4x4 pixels whether a line is there."""

import torch
from torch import nn


def _block(inputs: int, outputs: int, stride: int = 1, dilation: int = 1) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 3, stride, dilation, dilation, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(inplace=True),
    )


class ZoneNetwork(nn.Module):
    """float32 (batch, 1, h, w), sides multiples of 8, to (batch, 4, h/4, w/4).

    Planes: logit of "core of a line", cosine and sine of the reading direction, log2 of the
    capitals' height / 8 px.
    """

    def __init__(self) -> None:
        super().__init__()
        self.fine = nn.Sequential(_block(1, 8, 2), _block(8, 16, 2), _block(16, 16))
        self.coarse = nn.Sequential(
            _block(16, 40, 2),
            _block(40, 40),
            _block(40, 40, dilation=2),
            _block(40, 40, dilation=4),
        )
        self.down = nn.Sequential(nn.Conv2d(40, 16, 1, bias=False), nn.BatchNorm2d(16), nn.ReLU())
        self.up = nn.Upsample(scale_factor=2, mode="nearest")
        self.merge = _block(32, 16)
        self.head = nn.Conv2d(16, 4, 1)

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        """Give the four planes."""
        fine = self.fine(pictures)
        coarse = self.up(self.down(self.coarse(fine)))
        planes: torch.Tensor = self.head(self.merge(torch.cat((fine, coarse), dim=1)))
        return planes
