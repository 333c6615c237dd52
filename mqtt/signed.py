"""Small signed messages: a struct in deterministic CBOR inside COSE_Sign1, one media type a use."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Generic, TypeVar

import msgspec

from mqtt import cbor, cose
from mqtt.errors import WireError
from mqtt.keys import PublicKey, Signer, thumbprint

T = TypeVar("T", bound=msgspec.Struct)


@dataclass(frozen=True, slots=True)
class Form(Generic[T]):
    """One kind of signed message: its struct, media type, largest size, and the error it raises.

    Readers pass over fields that they do not know, so that a newer sender may add some.
    """

    struct: type[T]
    media_type: str
    limit_bytes: int
    error: type[WireError]

    def sign(self, value: T, signer: Signer) -> bytes:
        """COSE_Sign1 of `value`; raises ValueError for what the struct or the size forbids."""
        payload = self.pack(value)
        data = cose.sign1(payload, signer, self.media_type)
        if len(data) > self.limit_bytes:
            raise ValueError(f"{len(data)} bytes are more than {self.limit_bytes}.")
        return data

    def pack(self, value: T) -> bytes:
        """What is signed: deterministic CBOR, held to the struct's own rules first."""
        fields = plain(value)
        try:
            msgspec.convert(fields, self.struct, builtin_types=(bytes,))
        except msgspec.ValidationError as error:
            raise ValueError(f"no {self.struct.__name__} of the contract: {error}") from None
        return cbor.dumps(fields)

    def verify(self, data: bytes, keys: Sequence[PublicKey]) -> T:
        """The value, where one of `keys` signed it; raises this form's error and no other."""
        try:
            signed = cose.read_sign1(data, self.media_type, limit_bytes=self.limit_bytes)
            key = next((key for key in keys if thumbprint(key) == signed.kid), None)
            if key is None:
                raise self.error("signed by a key that is not the centre's or not on file.")
            cose.verify_sign1(signed, key)
        except cose.CoseError as error:
            raise self.error(str(error)) from None
        return self.unpack(signed.payload)

    def unpack(self, payload: bytes) -> T:
        """The struct in `payload`; raises this form's error."""
        try:
            fields = cbor.loads(payload, limit_bytes=self.limit_bytes)
            return msgspec.convert(fields, self.struct, builtin_types=(bytes,))
        except cbor.CborError as error:
            raise self.error(str(error)) from None
        except msgspec.ValidationError:
            raise self.error("a field is missing, or not what the contract says.") from None

    def unproven(self, data: bytes) -> T:
        """What `data` says of itself, unverified: only to find out whose key to ask for."""
        try:
            signed = cose.read_sign1(data, self.media_type, limit_bytes=self.limit_bytes)
        except cose.CoseError as error:
            raise self.error(str(error)) from None
        return self.unpack(signed.payload)


def plain(value: msgspec.Struct) -> object:
    """`value` as CBOR takes it: times in RFC 3339, UTC, milliseconds; nothing that is None."""
    return _plain(msgspec.to_builtins(value, builtin_types=(bytes, datetime)))


def _plain(value: object) -> object:
    match value:
        case datetime():
            if value.tzinfo is None:
                raise ValueError("a time without its zone.")
            at_utc = value.astimezone(UTC).replace(tzinfo=None)
            return at_utc.isoformat(timespec="milliseconds") + "Z"
        case dict():
            return {key: _plain(one) for key, one in value.items() if one is not None}
        case list() | tuple():
            return [_plain(one) for one in value]
        case _:
            return value
