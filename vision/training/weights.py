"""From trained weights (.pt) to plain arrays (.npz), batch normalisation folded in."""

import argparse
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from vision.training.finger_network import MinutiaeNetwork
from vision.training.mrz_line_network import LineNetwork
from vision.training.mrz_zone_network import ZoneNetwork

NETWORKS: dict[str, Callable[[], nn.Module]] = {
    "line": LineNetwork,
    "zone": ZoneNetwork,
    "minutiae": MinutiaeNetwork,
}


def folded(network: nn.Module) -> dict[str, npt.NDArray[np.float16]]:
    """Every convolution in the order of definition: `w0` (height, width, in, out), `b0` ..."""
    layers = [m for m in network.modules() if isinstance(m, nn.Conv2d | nn.BatchNorm2d)]
    arrays: dict[str, npt.NDArray[np.float16]] = {}
    number = 0
    for i, layer in enumerate(layers):
        if not isinstance(layer, nn.Conv2d):
            continue
        weight = layer.weight.detach()
        bias = layer.bias.detach() if layer.bias is not None else torch.zeros(len(weight))
        follower = layers[i + 1] if i + 1 < len(layers) else None
        if isinstance(follower, nn.BatchNorm2d):
            gain = follower.weight.detach() / torch.sqrt(follower.running_var + follower.eps)
            weight = weight * gain[:, None, None, None]
            bias = (bias - follower.running_mean) * gain + follower.bias.detach()
        arrays[f"w{number}"] = weight.permute(2, 3, 1, 0).half().numpy()
        arrays[f"b{number}"] = bias.half().numpy()
        number += 1
    return arrays


def main() -> None:
    """Read the arguments and write the file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("network", choices=NETWORKS)
    parser.add_argument("trained", type=Path)
    parser.add_argument("into", type=Path)
    asked = parser.parse_args()
    network = NETWORKS[asked.network]()
    network.load_state_dict(torch.load(asked.trained, weights_only=True))
    np.savez_compressed(asked.into, **folded(network.eval()))


if __name__ == "__main__":
    main()
