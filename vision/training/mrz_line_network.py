"""The line network in PyTorch: a strip in, odds of 37 characters or none for every 4 columns."""

import torch
from torch import nn

from vision.mrz_decode import SIGNS

NONE = len(SIGNS)
"""Class of "no character here", CTC's blank; the last one."""
_BLOCKS = (  # inputs, outputs, kernel, stride, padding
    (1, 16, (3, 3), (2, 1), (1, 1)),
    (16, 32, (3, 3), (2, 2), (1, 1)),
    (32, 48, (3, 3), (1, 1), (1, 1)),
    (48, 64, (3, 3), (2, 2), (1, 1)),
    (64, 96, (3, 3), (1, 1), (1, 1)),
    (96, 96, (3, 3), (2, 1), (1, 1)),
    (96, 128, (2, 1), (1, 1), (0, 0)),
    (128, 128, (1, 5), (1, 1), (0, 2)),
    (128, 128, (1, 5), (1, 1), (0, 2)),
)


class LineNetwork(nn.Module):
    """float32 (batch, 1, 32, width) to logits (batch, width / 4, 38)."""

    def __init__(self) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for inputs, outputs, kernel, stride, padding in _BLOCKS:
            layers += [
                nn.Conv2d(inputs, outputs, kernel, stride, padding, bias=False),
                nn.BatchNorm2d(outputs),
                nn.ReLU(inplace=True),
            ]
        self.body = nn.Sequential(*layers)
        self.drop = nn.Dropout(0.1)
        self.head = nn.Conv2d(_BLOCKS[-1][1], NONE + 1, 1)

    def forward(self, strips: torch.Tensor) -> torch.Tensor:
        """Give logits."""
        answer = self.head(self.drop(self.body(strips)))
        return answer.squeeze(2).permute(0, 2, 1)
