"""What leaves the machine is encrypted, to a server that can prove who it is."""

from __future__ import annotations

import ipaddress
import ssl
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from shared.adapters.aws import client as aws_client
from shared.errors import OperatorError
from tests.unit.aws.scripted_service import Answer, ScriptedService

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.unit.aws.conftest import Connect


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate for 127.0.0.1 that signs itself, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path / "server.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path


@pytest.fixture
def service(certificate: Path) -> Iterator[ScriptedService]:
    """A service behind TLS."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with ScriptedService(tls=context).running() as running:
        yield running


def test_a_server_nobody_vouches_for_is_told_nothing(
    connect: Connect, service: ScriptedService
) -> None:
    """It is for the operator, not for the next try."""
    pauses: list[float] = []
    with pytest.raises(OperatorError, match="certificate is not trusted"):
        connect(service.endpoint, pauses=pauses).call("GetItem", {})
    assert service.asked == []
    assert pauses == []


def test_a_trusted_server_is_spoken_to(
    connect: Connect,
    service: ScriptedService,
    certificate: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """With the machine's certificates, which here include the service's own."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    aws_client._tls.cache_clear()
    service.script.append(Answer(body={"n": 1}))
    assert connect(service.endpoint).call("GetItem", {}) == {"n": 1}
    aws_client._tls.cache_clear()
