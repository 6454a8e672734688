"""The lower half of MTProto as a server speaks it: framing, key exchange, encryption, containers.

Telethon's own TL and cipher code reads and writes the bytes; what a client does wrong is told to
``Keys.violations``, which the test's end looks at.
"""

from __future__ import annotations

import asyncio
import os
import struct
import time
from dataclasses import dataclass, field
from hashlib import sha1, sha256
from typing import TYPE_CHECKING, Any
from zlib import crc32

import rsa
from telethon import helpers
from telethon.crypto import AES, AuthKey
from telethon.crypto import rsa as telegram_rsa
from telethon.extensions import BinaryReader
from telethon.network.mtprotostate import MTProtoState
from telethon.tl import functions, types
from telethon.tl.core import GzipPacked, MessageContainer

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

# A key that opens nothing but this double, fixed because making one takes seconds.
TEST_P = int(
    "e18af94158584116896a8a40f39ba13103bf73a701ba6f568c0321c948ab68fa3e1d2bccb44ffe32a2b6a4db36b9e0"
    "9872248b6653ee1832274437b37a391e4358f5a1368427decfba471c223a17ff7e05b5daf8adecb2c76f90c69d73df"
    "771bca623b96adfd506b79232d46eff9d31e09792eaa9e646a1aa4f1ff51882b23cbc3361d00d39c1571",
    16,
)
TEST_Q = int(
    "d6663d7cdd473b5c9e06b65d6eada751208f3933ade9aaba82e4deb426d8d654839cd47b3699c778a49c20cbdccb5f"
    "d5906d0c9f576abc7245881fbaf3b0ca22552e062c9fe8868e8dc97ef71abe2b50f5fd91f13ddd4f9e06fd72a340ab"
    "0fa2690246f081bf8eef947480919d8b45d25a04b9eb3eba43bd",
    16,
)
EXPONENT = 65_537
FACTORS = 0x494C553B * 0x53911073  # what the client must take apart to show that it is willing
# The 2048-bit group of RFC 3526.
DH_PRIME = int(
    "ffffffffffffffffc90fdaa22168c234c4c6628b80dc1cd129024e088a67cc74020bbea63b139b22514a08798e3404"
    "ddef9519b3cd3a431b302b0a6df25f14374fe1356d6d51c245e485b576625e7ec6f44c42e9a637ed6b0bff5cb6f406"
    "b7edee386bfb5a899fa5ae9f24117c4b1fe649286651ece45b3dc2007cb8a163bf0598da48361c55d39a69163fa8fd"
    "24cf5f83655d23dca3ad961c62f356208552bb9ed529077096966d670c354e4abc9804f1746c08ca18217c32905e46"
    "2e36ce3be39e772c180e86039b2783a2ec07a28fb5c55df06f4c52c9de2bcbf6955817183995497cea956ae515d226"
    "1898fa051015728e5a8aacaa68ffffffffffffffff",
    16,
)
GENERATOR = 2
UNKNOWN_KEY = -404
RPC_RESULT = 0xF35C6D01
STALE_SALT = 48
PACKET_LIMIT_BYTES = 4 << 20
GZIP_ABOVE_BYTES = 128
PLAIN_ABOVE_BYTES = 4096
SLICE_BYTES = 64 << 10  # what is written at once when the bandwidth is limited


@dataclass(slots=True)
class KnownKey:
    """An authorization key of one data centre and what was done with it."""

    key: Any
    dc_id: int
    signed_in: bool = False
    initialised: bool = False
    dead: bool = False
    salt: int = field(default_factory=lambda: struct.unpack("<q", os.urandom(8))[0])


class Keys:
    """Every authorization key, and what clients did wrong on the wire."""

    def __init__(self) -> None:
        public_key = rsa.PublicKey(TEST_P * TEST_Q, EXPONENT)
        self.fingerprint = telegram_rsa._compute_fingerprint(public_key)
        # Only in this process: a client elsewhere can resume sessions but make no new keys.
        telegram_rsa.add_key(public_key.save_pkcs1(), old=False)
        self.secret = pow(EXPONENT, -1, (TEST_P - 1) * (TEST_Q - 1))
        self.known: dict[int, KnownKey] = {}
        self.violations: list[str] = []

    def add(self, data: bytes, dc_id: int, *, signed_in: bool = False) -> KnownKey:
        """Remember a new key."""
        key = AuthKey(data)
        self.known[key.key_id] = known = KnownKey(key, dc_id, signed_in)
        return known


class Wire:
    """One client's TCP connection to one data centre.

    ``handle`` is called for every request; what it returns is the answer's bytes, None for none.
    """

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        keys: Keys,
        dc_id: int,
        *,
        bytes_per_s: float = 0.0,
    ) -> None:
        self.dc_id = dc_id
        self.key: KnownKey | None = None
        self.silent = False  # receives, and never says anything again
        self._reader = reader
        self._writer = writer
        self._keys = keys
        self._bytes_per_s = bytes_per_s
        self._exchange = _KeyExchange(keys, dc_id)
        self._sent = self._received = self._related = 0
        self._last_id = 0
        self._session = 0
        self._sessions: set[int] = set()
        self._client_ids: dict[int, int] = {}
        self._turn = asyncio.Lock()

    async def serve(self, handle: Callable[[int, Any], Awaitable[None]]) -> None:
        """Read until the client hangs up; ``handle`` gets each message's id and request."""
        tasks: set[asyncio.Task[None]] = set()
        try:
            while True:
                body = await self._packet()
                if body[:8] == bytes(8):
                    await self._plain(body)
                    continue
                for message_id, request in await self._decrypted(body):
                    task = asyncio.ensure_future(handle(message_id, request))
                    tasks.add(task)
                    task.add_done_callback(tasks.discard)
                    task.add_done_callback(self._look_after)
        except (asyncio.IncompleteReadError, ConnectionError):
            return
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            self._writer.close()

    def _look_after(self, task: asyncio.Task[None]) -> None:
        """Let no fault of the double itself go unnoticed."""
        if not task.cancelled() and (error := task.exception()) is not None:
            self._keys.violations.append(repr(error))
            self.reset()

    def reset(self) -> None:
        """Cut the connection."""
        self._writer.transport.abort()

    async def answer(self, message_id: int, result: bytes) -> None:
        """Send the result of a request, gzipped where that helps; parts of files never are."""
        if GZIP_ABOVE_BYTES < len(result) < PLAIN_ABOVE_BYTES:
            packed = bytes(GzipPacked(result))
            result = packed if len(packed) < len(result) else result
        await self.send(struct.pack("<Iq", RPC_RESULT, message_id) + result)

    async def send(self, content: Any, *, related: bool = True) -> None:
        """Encrypt one message and send it."""
        if self.silent or self.key is None:
            return
        message = self._message(bytes(content), related=related)
        data = struct.pack("<qq", self.key.salt, self._session) + message
        data += os.urandom(-(len(data) + 12) % 16 + 12)
        key = self.key.key.key
        message_key = sha256(key[96:128] + data).digest()[8:24]
        cipher = AES.encrypt_ige(data, *MTProtoState._calc_key(key, message_key, False))  # noqa: FBT003 - theirs
        await self._write(struct.pack("<Q", self.key.key.key_id) + message_key + cipher)

    async def _packet(self) -> bytes:
        length, number = struct.unpack("<ii", await self._reader.readexactly(8))
        if not 12 <= length <= PACKET_LIMIT_BYTES:
            self._keys.violations.append("a packet's length is out of bounds")
            raise ConnectionError
        body = await self._reader.readexactly(length - 8)
        (checksum,) = struct.unpack("<I", body[-4:])
        if number != self._received or checksum != crc32(
            struct.pack("<ii", length, number) + body[:-4]
        ):
            self._keys.violations.append("a packet's number or checksum is wrong")
            raise ConnectionError
        self._received += 1
        return body[:-4]

    async def _plain(self, body: bytes) -> None:
        (length,) = struct.unpack_from("<i", body, 16)
        answer = bytes(self._exchange.answer(BinaryReader(body[20 : 20 + length]).tgread_object()))
        head = struct.pack("<qqi", 0, self._next_id(), len(answer))
        await self._write(head + answer)

    async def _decrypted(self, body: bytes) -> list[tuple[int, Any]]:
        """The ids and contents of the messages in a packet."""
        known = self._keys.known.get(struct.unpack_from("<Q", body)[0])
        if known is None or known.dc_id != self.dc_id:
            await self._write(struct.pack("<i", UNKNOWN_KEY))
            raise ConnectionError
        key, message_key = known.key.key, body[8:24]
        data = AES.decrypt_ige(body[24:], *MTProtoState._calc_key(key, message_key, True))  # noqa: FBT003 - theirs
        if sha256(key[88:120] + data).digest()[8:24] != message_key:
            self._keys.violations.append("a message key does not fit its message")
            raise ConnectionError
        salt, session, message_id, number, length = struct.unpack_from("<qqqii", data)
        self.key, self._session = known, session
        if salt != known.salt:
            stale = types.BadServerSalt(message_id, number, STALE_SALT, known.salt)
            await self.send(stale, related=False)
            return []
        content = BinaryReader(data[32 : 32 + length]).tgread_object()
        await self._greet(session, message_id)
        self._check_id(session, message_id)
        if isinstance(content, MessageContainer):
            return [(message.msg_id, message.obj) for message in content.messages]
        return [(message_id, content)]

    async def _greet(self, session: int, message_id: int) -> None:
        """Tell a new session that it is one, together with an acknowledgement in a container."""
        if session in self._sessions or self.key is None:
            return
        self._sessions.add(session)
        news = types.NewSessionCreated(message_id, 1, self.key.salt)
        parts = [
            self._message(bytes(news), related=True),
            self._message(bytes(types.MsgsAck([message_id])), related=False),
        ]
        head = struct.pack("<Ii", MessageContainer.CONSTRUCTOR_ID, len(parts))
        await self.send(head + b"".join(parts), related=False)

    def _check_id(self, session: int, message_id: int) -> None:
        if message_id % 4 or message_id <= self._client_ids.get(session, 0):
            self._keys.violations.append("a message id does not rise or is no client's")
        self._client_ids[session] = message_id

    def _message(self, content: bytes, *, related: bool) -> bytes:
        """A message's head and content."""
        number = 2 * self._related + related
        self._related += related
        return struct.pack("<qii", self._next_id(), number, len(content)) + content

    def _next_id(self) -> int:
        self._last_id = max((int(time.time() * 2**32) & ~3) | 1, self._last_id + 4)
        return self._last_id

    async def _write(self, payload: bytes) -> None:
        if self.silent:
            return
        async with self._turn:
            packet = struct.pack("<ii", len(payload) + 12, self._sent) + payload
            packet += struct.pack("<I", crc32(packet))
            self._sent += 1
            try:
                for start in range(
                    0, len(packet), SLICE_BYTES if self._bytes_per_s else len(packet)
                ):
                    piece = packet[start : start + SLICE_BYTES] if self._bytes_per_s else packet
                    if self._bytes_per_s:
                        await asyncio.sleep(len(piece) / self._bytes_per_s)
                    self._writer.write(piece)
                    await self._writer.drain()
            except ConnectionError:
                return


class _KeyExchange:
    """The four steps by which client and server agree on a key."""

    def __init__(self, keys: Keys, dc_id: int) -> None:
        self._keys = keys
        self._dc_id = dc_id
        self._nonce = 0
        self._server_nonce = struct.unpack("<q", os.urandom(8))[0]
        self._new_nonce = 0
        self._cipher: tuple[bytes, bytes] = (b"", b"")
        self._exponent = int.from_bytes(os.urandom(256), "big")

    def answer(self, request: Any) -> Any:
        """The answer to the next step."""
        match request:
            case functions.ReqPqMultiRequest() | functions.ReqPqRequest():
                return self._offer(request)
            case functions.ReqDHParamsRequest():
                return self._parameters(request)
            case functions.SetClientDHParamsRequest():
                return self._agree(request)
        raise ConnectionError

    def _offer(self, request: Any) -> Any:
        self._nonce = request.nonce
        factors = telegram_rsa.get_byte_array(FACTORS)
        return types.ResPQ(self._nonce, self._server_nonce, factors, [self._keys.fingerprint])

    def _parameters(self, request: Any) -> Any:
        number = pow(
            int.from_bytes(request.encrypted_data, "big"), self._keys.secret, TEST_P * TEST_Q
        )
        inner = BinaryReader(number.to_bytes(255, "big")[20:]).tgread_object()
        self._new_nonce = inner.new_nonce
        self._cipher = helpers.generate_key_data_from_nonce(self._server_nonce, self._new_nonce)
        data = bytes(
            types.ServerDHInnerData(
                self._nonce,
                self._server_nonce,
                GENERATOR,
                telegram_rsa.get_byte_array(DH_PRIME),
                telegram_rsa.get_byte_array(pow(GENERATOR, self._exponent, DH_PRIME)),
                int(time.time()),
            )
        )
        data = sha1(data).digest() + data  # noqa: S324 - the protocol's own
        data += os.urandom(-len(data) % 16)
        encrypted = AES.encrypt_ige(data, *self._cipher)
        return types.ServerDHParamsOk(self._nonce, self._server_nonce, encrypted)

    def _agree(self, request: Any) -> Any:
        data = AES.decrypt_ige(request.encrypted_data, *self._cipher)
        inner = BinaryReader(data[20:]).tgread_object()
        shared = pow(int.from_bytes(inner.g_b, "big"), self._exponent, DH_PRIME)
        known = self._keys.add(shared.to_bytes(256, "big"), self._dc_id)
        proof = known.key.calc_new_nonce_hash(self._new_nonce, 1)
        return types.DhGenOk(self._nonce, self._server_nonce, proof)
