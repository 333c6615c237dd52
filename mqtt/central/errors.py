"""What can go wrong at the centre or at a test site, each with the mend in one sentence."""

from typing import ClassVar


class CentralError(Exception):
    """Something that the person at the centre can put right."""

    mend: ClassVar[str] = "Read the line above; `kiosk-central --help` shows the commands."


class SiteError(CentralError):
    """The site folder cannot be written, or holds something else."""

    mend: ClassVar[str] = (
        "Name a folder of your own that is empty or was made by `kiosk-central init-site`."
    )


class BrokerError(CentralError):
    """The local broker does not run."""

    mend: ClassVar[str] = "Read the end of broker/mosquitto.log in the site folder."


class BrokerMissingError(BrokerError):
    """There is no mosquitto program."""

    mend: ClassVar[str] = "Install the Debian package: sudo apt-get install mosquitto."


class PortTakenError(BrokerError):
    """Another program listens on the broker's port."""

    mend: ClassVar[str] = "Stop the other program (`ss -ltnp` names it), or choose another port."


class RegistryError(CentralError):
    """The registry file does not say whom to believe."""

    mend: ClassVar[str] = (
        "Compare the file with the registry.toml that `kiosk-central init-site` writes."
    )


class StoreError(CentralError):
    """The database of the centre cannot be opened or written."""

    mend: ClassVar[str] = "Check that the folder exists, belongs to you and has room."


class NoDatabaseError(StoreError):
    """Nothing was received here yet, or the path is another."""

    mend = "Start `kiosk-central serve`, make it with `migrate`, or correct `database`."


class DiskFullError(StoreError):
    """No room is left for the database; nothing was written, nothing is receipted."""

    mend = (
        "Make room where the database lies, or `kiosk-central purge`; members go on by themselves."
    )


class DatabaseAwayError(StoreError):
    """PostgreSQL does not answer, or hung up."""

    mend = "Start it, or correct `database` in central.toml; members try again by themselves."


class StoreVersionError(StoreError):
    """The database was written by another release."""

    mend = (
        "An older one: stop all members, back it up, `kiosk-central migrate`; a newer one: install"
        " the newer release."
    )


class ReplicaMissingError(StoreError):
    """Receipts shall say `replicated`, and no second machine is named."""

    mend = "Set synchronous_standby_names in PostgreSQL, or take `replicated` out of central.toml."


class SlipError(CentralError):
    """A reference that cannot be one."""

    mend: ClassVar[str] = "Read it again sign by sign; 0 is never the letter O, 1 never I or L."


class NoSuchEventError(CentralError):
    """No stored event has that reference."""

    mend: ClassVar[str] = "Ask the post for the kiosk: `kiosk-central fleet` says what is waiting."


class ExtraMissingError(CentralError):
    """A library that only this needs is not installed."""

    mend = "Install the extra: pip install 'border-kiosk[postgres,parquet]'."
