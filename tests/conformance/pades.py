"""pades.py LEVEL ROOT.pem FILE.pdf - does pyHanko call every signature of the file valid, at this level?

LEVEL is bb, bt, lt or lta. bt asks for a trusted time-stamp; lt besides that the revocation data in the file shows
every certificate good; lta for the validation of ETSI EN 319 102-1 with revocation data required. Nothing is fetched.
Prints a line for each signature; ends 1 with the reasons."""
import asyncio
import logging
import sys

from pyhanko.keys import load_cert_from_pemder
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.ades.report import AdESPassed
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.validation import DocumentSecurityStore, validate_pdf_signature
from pyhanko.sign.validation.ades import ades_lta_validation
from pyhanko.sign.validation.policy_decl import (
    PdfSignatureValidationSpec,
    RevinfoOnlineFetchingRule,
    RevocationInfoGatheringSpec,
    SignatureValidationSpec,
)
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.context import CertValidationPolicySpec
from pyhanko_certvalidator.policy_decl import REQUIRE_REVINFO, CertRevTrustPolicy
from pyhanko_certvalidator.registry import SimpleTrustManager

logging.disable(logging.CRITICAL)
ALLOWED = (ModificationLevel.NONE, ModificationLevel.LTA_UPDATES, ModificationLevel.FORM_FILLING)
level, root, path = sys.argv[1:4]
anchor = load_cert_from_pemder(root)
bad = []


def plain(one):
    facts = {"trust_roots": [anchor], "allow_fetching": False}
    if level in ("lt", "lta"):
        facts["revocation_mode"] = "hard-fail"
        context = DocumentSecurityStore.read_dss(reader).as_validation_context(facts)
    else:
        context = ValidationContext(**facts)
    status = validate_pdf_signature(one, context, context)
    stamp = status.timestamp_validity
    print(one.field_name, status.summary())
    if not status.bottom_line:
        bad.append("%s is not valid" % one.field_name)
    if level != "bb" and (stamp is None or not (stamp.valid and stamp.trusted)):
        bad.append("%s has no trusted time-stamp" % one.field_name)
    if status.modification_level not in ALLOWED:
        bad.append("%s was followed by changes" % one.field_name)


def long_term(one):
    policy = CertValidationPolicySpec(trust_manager=SimpleTrustManager.build([anchor]), revinfo_policy=CertRevTrustPolicy(REQUIRE_REVINFO))
    gathering = RevocationInfoGatheringSpec(online_fetching_rule=RevinfoOnlineFetchingRule.LOCAL_ONLY)
    spec = SignatureValidationSpec(cert_validation_policy=policy, revinfo_gathering_policy=gathering)
    result = asyncio.run(ades_lta_validation(one, PdfSignatureValidationSpec(spec)))
    print(one.field_name, result.ades_subindic, result.failure_msg or "")
    if result.ades_subindic != AdESPassed.OK:
        bad.append("%s: %s %s" % (one.field_name, result.ades_subindic, result.failure_msg))


with open(path, "rb") as file:
    reader = PdfFileReader(file, strict=True)
    if not reader.embedded_regular_signatures:
        bad.append("no signature found")
    for signature in reader.embedded_regular_signatures:
        plain(signature)
        if level == "lta":
            long_term(signature)
    if level == "lta" and not reader.embedded_timestamp_signatures:
        bad.append("no document time-stamp found")
if bad:
    sys.exit("\n".join(bad))
