#!/bin/sh
# servers/pki.sh FOLDER [PORT] - a small public key infrastructure for tests, with openssl alone and fixed dates.
#
# A root, an issuing authority, and under it: signer (RSA) and signer-ec, reviewer, tsa, ocsp (responder), and those
# that must be refused: expired, future, wrong-usage, revoked, tsa-expired, not-a-tsa. Each is NAME.key.pem (0600) and
# NAME.crt.pem (the certificate, then the issuing authority's); ca.pem and root.pem; root.crl and ca.crl (DER).
# With PORT certificates name http://127.0.0.1:PORT/ for CRLs and OCSP. Keys are made here and nowhere kept.
set -eu
folder=$1
port=${2:-}
mkdir -p "$folder"
cd "$folder"
from=20200101000000Z
until=20450101000000Z

points=
responder=
if [ -n "$port" ]; then
    points="crlDistributionPoints = URI:http://127.0.0.1:$port/ca.crl"
    responder="authorityInfoAccess = OCSP;URI:http://127.0.0.1:$port/ocsp"
fi

authority() { # NAME
    mkdir -p "$1.db"
    : >"$1.db/index.txt"
    echo 1000 >"$1.db/serial"
    echo 01 >"$1.db/crlnumber"
}
authority root
authority ca

cat >ca.cnf <<CNF
[req]
distinguished_name = name
prompt = no
[name]
CN = nobody
[root_ca]
database = root.db/index.txt
serial = root.db/serial
crlnumber = root.db/crlnumber
new_certs_dir = root.db
default_md = sha256
policy = any
unique_subject = no
certificate = root.pem
private_key = root.key.pem
[issuing_ca]
database = ca.db/index.txt
serial = ca.db/serial
crlnumber = ca.db/crlnumber
new_certs_dir = ca.db
default_md = sha256
policy = any
unique_subject = no
certificate = ca.pem
private_key = ca.key.pem
[any]
countryName = optional
organizationName = optional
commonName = supplied
[crl]
authorityKeyIdentifier = keyid
[for_root]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
[for_ca]
basicConstraints = critical,CA:TRUE,pathlen:0
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
$(echo "$points" | sed 's/ca.crl/root.crl/')
[for_signer]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature,nonRepudiation
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
$points
$responder
[for_server]
basicConstraints = critical,CA:FALSE
keyUsage = critical,keyEncipherment
extendedKeyUsage = serverAuth
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[for_tsa]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,timeStamping
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
$points
$responder
[for_ocsp]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,OCSPSigning
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
noCheck = ignored
[tsa]
default_tsa = tsa_config
[tsa_config]
dir = .
serial = tsa.serial
crypto_device = builtin
signer_digest = sha256
default_policy = 1.3.6.1.4.1.99999.1
other_policies = 1.3.6.1.4.1.99999.2
digests = sha256,sha384,sha512
accuracy = secs:1
ordering = yes
tsa_name = no
ess_cert_id_chain = no
ess_cert_id_alg = sha256
CNF
echo 01 >tsa.serial

new_key() { # NAME rsa|ec
    if [ "$2" = ec ]; then
        openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1.key.pem" 2>/dev/null
    else
        openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out "$1.key.pem" 2>/dev/null
    fi
    chmod 600 "$1.key.pem"
}
certify() { # NAME KIND SECTION EXTENSIONS FROM UNTIL CN [MORE...]
    name=$1 section=$3 extensions=$4 start=$5 end=$6 subject=$7
    new_key "$name" "$2"
    shift 7
    openssl req -new -utf8 -config ca.cnf -key "$name.key.pem" -subj "/O=Contoso Test/CN=$subject" -out "$name.csr"
    openssl ca -batch -utf8 -notext -config ca.cnf -name "$section" -extensions "$extensions" -startdate "$start" -enddate "$end" \
        -in "$name.csr" -out "$name.pem" "$@" 2>>openssl.log
}
leaf() { # NAME KIND EXTENSIONS FROM UNTIL CN
    certify "$1" "$2" issuing_ca "$3" "$4" "$5" "$6"
    cat "$1.pem" ca.pem >"$1.crt.pem"
}

certify root rsa root_ca for_root "$from" "$until" 'Test Root' -selfsign -keyfile root.key.pem
certify ca rsa root_ca for_ca "$from" "$until" 'Test Issuing CA'
leaf signer rsa for_signer "$from" "$until" 'Ada Berg'
leaf signer-ec ec for_signer "$from" "$until" 'Ada Berg EC'
leaf reviewer rsa for_signer "$from" "$until" 'Ola Lind'
leaf expired rsa for_signer 20200101000000Z 20210101000000Z 'Expired Signer'
leaf future rsa for_signer 20440101000000Z "$until" 'Future Signer'
leaf wrong-usage rsa for_server "$from" "$until" 'Web Server'
leaf revoked rsa for_signer "$from" "$until" 'Revoked Signer'
leaf tsa rsa for_tsa "$from" "$until" 'Test TSA'
leaf tsa-expired rsa for_tsa 20200101000000Z 20210101000000Z 'Expired TSA'
leaf not-a-tsa rsa for_signer "$from" "$until" 'Not A TSA'
leaf ocsp rsa for_ocsp "$from" "$until" 'Test OCSP'
openssl ca -config ca.cnf -name issuing_ca -revoke revoked.pem -crl_reason keyCompromise 2>>openssl.log
revocation_list() { # NAME SECTION
    openssl ca -gencrl -config ca.cnf -name "$2" -crlexts crl -crl_lastupdate 20260101000000Z \
        -crl_nextupdate 20440101000000Z -out "$1.crl.pem" 2>>openssl.log
    openssl crl -in "$1.crl.pem" -outform DER -out "$1.crl"
}
revocation_list ca issuing_ca
revocation_list root root_ca
cat ca.pem root.pem >chain.pem
for name in signer reviewer revoked expired; do
    cat "$name.pem" ca.pem root.pem >"$name.full.pem"
done
