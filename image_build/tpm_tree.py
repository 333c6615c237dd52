"""A Raspberry Pi's device tree with a TPM on its SPI pins, for boards that have one put on them.

Debian's trees carry no symbols, so that the firmware's `dtoverlay=` has nothing to hold on to, and
its firmware package brings no overlays: the build writes the whole tree, by `dtc`.
"""

from pathlib import Path
from typing import Final

from image_build.steps import run

# Infineon's SLB 9670 and 9672, wired as on its maker's and the usual boards: second chip select
# (GPIO 7, a plain pin: the SPI driver lets go of its own between two parts of a message), 32 MHz.
TPM: Final = """
&{/soc/spi@7e204000} {
    status = "okay";
    pinctrl-names = "default";
    pinctrl-0 = <&{/soc/gpio@7e200000/spi0_gpio7}>;
    cs-gpios = <&{/soc/gpio@7e200000} 8 1>, <&{/soc/gpio@7e200000} 7 1>;
    tpm@1 {
        compatible = "infineon,slb9670";
        reg = <1>;
        spi-max-frequency = <32000000>;
    };
};
"""


def with_tpm(tree: Path, into: Path) -> Path:
    """Write `tree` with SPI switched on and the TPM on it; raises BuildError."""
    source = into.with_suffix(".dts")
    source.write_text(run(["dtc", "-q", "-I", "dtb", "-O", "dts", tree]) + TPM, encoding="ascii")
    run(["dtc", "-q", "-I", "dts", "-O", "dtb", "-o", into, source])
    return into
