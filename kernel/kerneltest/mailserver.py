"""A real mail server for tests: aiosmtpd, which prints each accepted message as a line of JSON.

mailserver.py MODE CERT KEY, where MODE is starttls, implicit or none. With TLS it asks for the login
"linghang". Mailboxes that begin with "nobody" do not exist, those with "later" are busy at first.
"""
import asyncio
import json
import ssl
import sys
from email import policy
from email.parser import BytesParser

from aiosmtpd.smtp import SMTP, AuthResult

mode, cert, key = sys.argv[1:4]
seen = set()


class Handler:
    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("nobody"):
            return "550 5.1.1 no such mailbox"
        if address.startswith("later") and address not in seen:
            seen.add(address)
            return "451 4.2.0 mailbox busy, try again later"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 ok"

    async def handle_DATA(self, server, session, envelope):
        m = BytesParser(policy=policy.default).parsebytes(envelope.content)
        text, html = m.get_body(("plain",)), m.get_body(("html",))
        print(json.dumps({
            "to": envelope.rcpt_tos, "from": envelope.mail_from, "subject": str(m["Subject"]).strip(), "id": str(m["Message-ID"]),
            "type": m.get_content_type(), "text": text and text.get_content(), "html": html and html.get_content(),
            "tls": session.ssl is not None or mode == "implicit", "login": session.auth_data and session.auth_data.login.decode(),
            "ascii": all(b < 128 for b in envelope.content.split(b"\r\n\r\n")[0]),
        }), flush=True)
        return "250 2.0.0 accepted"


def authenticate(server, session, envelope, mechanism, data):
    return AuthResult(success=data.login == b"linghang" and data.password == b"mail secret", auth_data=data)


async def main():
    context = None
    if mode != "none":
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(cert, key)
    loop = asyncio.get_running_loop()

    def protocol():
        return SMTP(
            Handler(), hostname="mail.test", loop=loop, enable_SMTPUTF8=True, tls_context=context if mode == "starttls" else None,
            require_starttls=mode == "starttls", auth_required=mode != "none", auth_require_tls=mode == "starttls", authenticator=authenticate,
        )

    server = await loop.create_server(protocol, "127.0.0.1", 0, ssl=context if mode == "implicit" else None)
    print(json.dumps({"port": server.sockets[0].getsockname()[1]}), flush=True)
    await server.serve_forever()


asyncio.run(main())
