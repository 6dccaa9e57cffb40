/* Dss.java ROOT.pem INSTANT [CRL.crl...] -- FILE.pdf... - what EU DSS says of signed PDFs.
 *
 * The one trust anchor is ROOT.pem, the validation time is INSTANT, nothing is fetched: revocation is judged by what the
 * file holds and by the lists given. Prints a line for each signature, behind it one for each time-stamp over it:
 *
 *     FILE signature INDICATION SUBINDICATION LEVEL        FILE timestamp INDICATION SUBINDICATION
 *
 * with "-" for no sub-indication; "FILE none" without a signature, "FILE refused" for what is no PDF. By the validation policy that DSS ships.
 * Run as one source file by java, with the jars of dss.sh. */
import eu.europa.esig.dss.model.FileDocument;
import eu.europa.esig.dss.simplereport.SimpleReport;
import eu.europa.esig.dss.spi.DSSUtils;
import eu.europa.esig.dss.spi.validation.CommonCertificateVerifier;
import eu.europa.esig.dss.spi.x509.CommonTrustedCertificateSource;
import eu.europa.esig.dss.spi.x509.revocation.crl.ExternalResourcesCRLSource;
import eu.europa.esig.dss.validation.SignedDocumentValidator;
import eu.europa.esig.dss.validation.reports.Reports;
import java.io.ByteArrayInputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;

public class Dss {
    static CommonTrustedCertificateSource anchors = new CommonTrustedCertificateSource();
    static List<byte[]> given = new ArrayList<>();
    static Date at;

    static String word(Object value) {
        return value == null ? "-" : value.toString();
    }

    static Reports judge(File file) {
        CommonCertificateVerifier how = new CommonCertificateVerifier();
        how.setTrustedCertSources(anchors);
        how.setAIASource(null);
        if (!given.isEmpty()) {
            List<InputStream> lists = new ArrayList<>();
            given.forEach(bytes -> lists.add(new ByteArrayInputStream(bytes)));
            how.setCrlSource(new ExternalResourcesCRLSource(lists.toArray(new InputStream[0])));
        }
        SignedDocumentValidator validator = SignedDocumentValidator.fromDocument(new FileDocument(file));
        validator.setCertificateVerifier(how);
        validator.setValidationTime(at);
        return validator.validateDocument();
    }

    static void say(File file) {
        SimpleReport report = judge(file).getSimpleReport();
        for (String id : report.getSignatureIdList()) {
            System.out.println(file.getName() + " signature " + word(report.getIndication(id)) + " "
                    + word(report.getSubIndication(id)) + " " + word(report.getSignatureFormat(id)));
            report.getSignatureTimestamps(id).forEach(t -> System.out.println(file.getName() + " timestamp "
                    + word(t.getIndication()) + " " + word(t.getSubIndication())));
            report.getAdESValidationErrors(id).forEach(e -> System.err.println(file.getName() + ": " + e.getValue()));
        }
        if (report.getSignatureIdList().isEmpty()) {
            System.out.println(file.getName() + " none");
        }
    }

    public static void main(String[] words) throws IOException {
        int from = 2;
        anchors.addCertificate(DSSUtils.loadCertificate(new File(words[0])));
        at = Date.from(Instant.parse(words[1]));
        for (; !words[from].equals("--"); from++) {
            given.add(Files.readAllBytes(Path.of(words[from])));
        }
        for (int i = from + 1; i < words.length; i++) {
            File file = new File(words[i]);
            try {
                say(file);
            } catch (RuntimeException problem) {
                System.out.println(file.getName() + " refused");
                System.err.println(file.getName() + ": " + problem);
            }
        }
    }
}
