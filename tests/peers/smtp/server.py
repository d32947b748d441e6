"""A real mail server with STARTTLS and a login. Prints one JSON line for each mail that it takes.

    python server.py PORT CERTIFICATE KEY USER PASSWORD

A mail whose subject holds "lose the answer" is taken, and the line ends instead of an answer.
Must not know who writes to it.
"""

import asyncio
import json
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult


class Handler:
    async def handle_DATA(self, server, session, envelope):
        text = envelope.content.decode()
        print(json.dumps({"from": envelope.mail_from, "to": envelope.rcpt_tos, "text": text}), flush=True)
        if "lose the answer" in text:
            server.transport.abort()
        return "250 2.0.0 Ok: queued as REAL1"


async def serve(port, certificate, key, user, password):
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)

    def admits(server, session, envelope, mechanism, data):
        right = (data.login, data.password) == (user.encode(), password.encode())
        # Not handled: the server itself answers 535.
        return AuthResult(success=right, handled=False)

    def session():
        return SMTP(
            Handler(),
            hostname="real.example",
            tls_context=context,
            require_starttls=True,
            authenticator=admits,
            auth_required=True,
        )

    server = await asyncio.get_running_loop().create_server(session, "127.0.0.1", port)
    print(json.dumps({"listens": True}), flush=True)
    await server.serve_forever()


asyncio.run(serve(int(sys.argv[1]), *sys.argv[2:6]))
