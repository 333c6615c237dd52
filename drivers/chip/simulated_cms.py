"""Signed data as the virtual issuer writes it (RFC 5652; Doc 9303-10, 4.6.2)."""

from dataclasses import dataclass
from datetime import datetime

from drivers.chip.simulated_certificates import Certificate, key_id
from drivers.chip.simulated_der import der, instant, integer, octets, oid, sequence, set_of, tagged
from drivers.chip.simulated_keys import SigningKey, digest, digest_algorithm

_SIGNED_DATA = "1.2.840.113549.1.7.2"
_CONTENT_TYPE, _MESSAGE_DIGEST = "1.2.840.113549.1.9.3", "1.2.840.113549.1.9.4"
_SIGNING_TIME = "1.2.840.113549.1.9.5"


@dataclass(frozen=True, slots=True, repr=False)
class Signer:
    """A certificate and the key to it; `by_key_id` names the signer by its key, not its issuer."""

    certificate: Certificate
    key: SigningKey
    by_key_id: bool = False

    def seal(
        self, kind: str, content: bytes, at: datetime, others: tuple[bytes, ...] = ()
    ) -> bytes:
        """ContentInfo around `content` of that type, with this and `others` as certificates."""
        attributes = (
            sequence(oid(_CONTENT_TYPE), set_of(oid(kind))),
            sequence(oid(_SIGNING_TIME), set_of(instant(at))),
            sequence(
                oid(_MESSAGE_DIGEST),
                set_of(octets(digest(self.key.digest_name, content))),
            ),
        )
        signed = sequence(
            integer(3),
            set_of(digest_algorithm(self.key.digest_name)),
            sequence(oid(kind), tagged(0, octets(content))),
            tagged(0, *sorted((self.certificate.encoded, *others))),
            set_of(self._signer_info(attributes)),
        )
        return sequence(oid(_SIGNED_DATA), tagged(0, signed))

    def _signer_info(self, attributes: tuple[bytes, ...]) -> bytes:
        who = self.certificate.issuer_and_serial()
        if self.by_key_id:
            who = der(0x80, key_id(self.key))
        return sequence(
            integer(3 if self.by_key_id else 1),
            who,
            digest_algorithm(self.key.digest_name),
            tagged(0, *sorted(attributes)),
            self.key.algorithm(),
            octets(self.key.sign(set_of(*attributes))),
        )
