"""extend.py TSA.pem TSA.key CA.pem IN.pdf OUT.pdf [plain] - pyHanko appends a document time-stamp of its own making.

It also writes itself into the document's properties; with "plain" it does not."""
import sys

from pyhanko.keys import load_cert_from_pemder, load_private_key_from_pemder
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import PdfTimeStamper
from pyhanko.sign.timestamps.dummy_client import DummyTimeStamper
from pyhanko_certvalidator.registry import SimpleCertificateStore

tsa, key, ca = sys.argv[1:4]
store = SimpleCertificateStore()
store.register(load_cert_from_pemder(ca))
stamper = DummyTimeStamper(load_cert_from_pemder(tsa), load_private_key_from_pemder(key, passphrase=None), certs_to_embed=store)
with open(sys.argv[4], "rb") as source, open(sys.argv[5], "wb+") as target:
    writer = IncrementalPdfFileWriter(source)
    if len(sys.argv) > 6:
        writer._update_meta = lambda: None
    PdfTimeStamper(stamper).timestamp_pdf(writer, "sha256", validation_context=None, output=target)
