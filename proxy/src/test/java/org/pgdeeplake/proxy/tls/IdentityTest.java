// A certificate and its key are taken in every usual form; what cannot work is told in one line
// that
// says where, what and how to mend it.
package org.pgdeeplake.proxy.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.netty.pkitesting.CertificateBuilder.Algorithm;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.AbstractStringAssert;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.pgdeeplake.proxy.config.CertificateSource;
import org.pgdeeplake.proxy.config.FileSetting;
import org.pgdeeplake.proxy.support.Command;
import org.pgdeeplake.proxy.support.NeedsProgram;
import org.pgdeeplake.proxy.support.TestCertificate;

class IdentityTest {
  private static final TestCertificate ROOT = TestCertificate.authority("root");
  private static final TestCertificate MIDDLE = ROOT.intermediate("middle");
  private static final TestCertificate LEAF = MIDDLE.issue();
  private static final TestCertificate OTHER = TestCertificate.selfSigned();

  @TempDir private Path directory;
  private final List<String> warnings = new ArrayList<>();

  @Test
  void inOneFileOrInTwo() throws Exception {
    Identity one = load(file("both.pem", LEAF.key(), LEAF.chain()), null);
    Identity two = load(file("tls.crt", LEAF.chain()), file("tls.key", LEAF.key()));

    assertThat(one).isEqualTo(two);
    assertThat(one.chain()).containsExactly(LEAF.certificate(), MIDDLE.certificate());
    assertThat(warnings).isEmpty();
  }

  @Test
  void theChainIsPutInOrderAndWhatIsNoPartOfItLeftOut() throws Exception {
    FileSetting file =
        file(
            "server.pem",
            "Subject: a comment",
            ROOT.alone(),
            OTHER.alone(),
            MIDDLE.alone(),
            LEAF.key(),
            LEAF.alone());

    assertThat(load(file, null).chain())
        .containsExactly(LEAF.certificate(), MIDDLE.certificate(), ROOT.certificate());
    assertThat(warnings)
        .singleElement()
        .asString()
        .startsWith(TlsFiles.WHERE + ": " + file.path())
        .contains("1 of its 4 certificates are left out");
  }

  @ParameterizedTest
  @ValueSource(strings = {"ecp256", "ecp384", "rsa2048"})
  void keysAreOfRsaOrEllipticCurves(Algorithm algorithm) throws Exception {
    TestCertificate certificate = ROOT.issue("x", b -> b.algorithm(algorithm));

    assertThat(load(file("x.pem", certificate.chain(), certificate.key()), null).leaf())
        .isEqualTo(certificate.certificate());
  }

  @Test
  void othersAreRefused() {
    TestCertificate certificate = ROOT.issue("x", b -> b.algorithm(Algorithm.ed25519));

    refused(file("x.pem", certificate.chain(), certificate.key()), null)
        .contains("not an RSA or EC key")
        .contains("openssl genpkey");
  }

  @NeedsProgram("openssl")
  @ParameterizedTest
  @ValueSource(strings = {"rsa:2048", "ec"})
  void olderFormsOfKeysAreTakenToo(String kind) throws Exception {
    Path certificate = directory.resolve("c.pem");
    Path key = directory.resolve("k.pem");
    openssl(
        "req -x509 -newkey %s -pkeyopt %s -nodes -subj /CN=x -days 9 -keyout %s -out %s"
            .formatted(
                kind,
                kind.equals("ec") ? "ec_paramgen_curve:P-256" : "rsa_keygen_bits:2048",
                key,
                certificate));
    String old = openssl(kind.equals("ec") ? "ec -in " + key : "rsa -traditional -in " + key);
    assertThat(old).contains(kind.equals("ec") ? "BEGIN EC PRIVATE" : "BEGIN RSA PRIVATE");
    String parameters = kind.equals("ec") ? openssl("ecparam -name prime256v1") : "";
    String text = Files.readString(certificate);

    assertThat(load(file("old.pem", text, parameters, old), null).leaf())
        .isEqualTo(load(file("new.pem", text, Files.readString(key)), null).leaf());
  }

  @NeedsProgram("openssl")
  @Test
  void encryptedKeysAreRefusedWithTheCommandThatDecrypts() throws Exception {
    Path key = file("plain.key", LEAF.key()).path();
    for (String command :
        List.of(
            "pkey -aes256 -passout pass:secret -in " + key,
            "ec -aes256 -passout pass:secret -in " + key)) {
      FileSetting encrypted = file("encrypted.key", openssl(command));
      refused(file("c.pem", LEAF.chain()), encrypted)
          .contains("is encrypted; decrypt it: openssl pkey -in " + encrypted.path());
    }
  }

  @Test
  void aKeyOfAnotherCertificateIsRefused() {
    FileSetting key = file("other.key", OTHER.key());

    refused(file("c.pem", LEAF.chain()), key)
        .startsWith(TlsFiles.WHERE + ": " + key.path() + ": the private key in it belongs to none")
        .contains("CN=localhost");
    refused(file("c.pem", LEAF.chain(), OTHER.key()), null).contains("the certificates in it");
  }

  @Test
  void whatIsMissingInAFileIsNamed() {
    refused(file("k.pem", LEAF.key()), null)
        .contains("there is no certificate in it, only PRIVATE KEY");
    refused(file("c.pem", LEAF.chain()), null)
        .contains("there is no private key in it, only CERTIFICATE")
        .contains("name its file as key");
    refused(file("c.pem", LEAF.chain()), file("c2.pem", LEAF.chain()))
        .contains("there is no private key in it");
  }

  @Test
  void datesAreChecked() {
    Instant now = Instant.now();
    TestCertificate expired =
        ROOT.issue(
            "x", b -> b.notBefore(now.minus(Duration.ofDays(9))).notAfter(now.minusSeconds(60)));
    TestCertificate early = ROOT.issue("x", b -> b.notBefore(now.plusSeconds(600)));

    refused(file("x.pem", expired.chain(), expired.key()), null)
        .contains("CN=x expired at " + expired.certificate().getNotAfter().toInstant());
    refused(file("x.pem", early.chain(), early.key()), null)
        .contains("CN=x is not valid before " + early.certificate().getNotBefore().toInstant());
  }

  @Test
  void whatIsNotPemIsRefused() throws Exception {
    refused(setting("missing.pem"), null).contains("missing.pem: no such file");
    refused(new FileSetting(directory, TlsFiles.WHERE), null).contains("is a directory");
    refused(file("empty.pem"), null).contains("is empty");
    refused(file("text.pem", "hello"), null).contains("is not PEM; it must have lines");
    FileSetting der = setting("c.der");
    Files.write(der.path(), LEAF.certificate().getEncoded());
    refused(der, null)
        .contains("looks like DER; convert it: openssl x509 -inform DER -in " + der.path());
    FileSetting large = setting("large.pem");
    Files.write(large.path(), new byte[PemFile.LIMIT + 1]);
    refused(large, null).contains("is larger than 1 MiB");
    refused(file("bad.pem", "-----BEGIN CERTIFICATE-----", "!", "-----END CERTIFICATE-----"), null)
        .contains("the block CERTIFICATE is not base64");
    refused(
            file("bad2.pem", "-----BEGIN CERTIFICATE-----", "AAAA", "-----END CERTIFICATE-----"),
            null)
        .contains("a certificate in it cannot be read");
  }

  @Test
  void aKeyThatOthersMayWriteIsRefusedAndOneThatEveryoneMayReadIsNot() throws Exception {
    FileSetting file = file("x.pem", LEAF.chain(), LEAF.key());
    Files.setPosixFilePermissions(file.path(), PosixFilePermissions.fromString("rw-rw-rw-"));
    refused(file, null).contains("everyone can write this private key; chmod o-w " + file.path());

    Files.setPosixFilePermissions(file.path(), PosixFilePermissions.fromString("rw-rw----"));
    refused(file, null).contains("its group can write this private key; chmod g-w " + file.path());

    // As Kubernetes mounts a Secret.
    Files.setPosixFilePermissions(file.path(), PosixFilePermissions.fromString("rw-r--r--"));
    assertThat(load(file, null).leaf()).isEqualTo(LEAF.certificate());
    assertThat(warnings).singleElement().asString().contains("can read this private key");
  }

  @Test
  void anUnreadableFileIsDescribed() throws Exception {
    FileSetting file = file("x.pem", LEAF.chain(), LEAF.key());
    Files.setPosixFilePermissions(file.path(), PosixFilePermissions.fromString("---------"));
    String user = System.getProperty("user.name");
    assertThat(PemFile.unreadable(file.path()))
        .startsWith("cannot be read as user " + user + ": it belongs to " + user + ":")
        .contains("with mode ---------");

    assumeFalse(Files.isReadable(file.path()), "root may read everything");
    refused(file, null).contains("with mode ---------");
  }

  @Test
  void aBundleOfAuthoritiesNeedsOneThatIsValid() throws Exception {
    Instant now = Instant.now();
    TestCertificate expired =
        ROOT.issue(
            "old", b -> b.notBefore(now.minus(Duration.ofDays(9))).notAfter(now.minusSeconds(60)));

    assertThat(authorities(file("ca.pem", ROOT.alone(), expired.alone())))
        .containsExactly(ROOT.certificate(), expired.certificate());
    assertThat(warnings).singleElement().asString().contains("CN=old is valid only from");
    assertThatThrownBy(() -> authorities(file("old.pem", expired.alone())))
        .hasMessageContaining("CN=old is valid only from");
    assertThatThrownBy(() -> authorities(file("key.pem", ROOT.key())))
        .hasMessageContaining("there is no certificate in it");
  }

  private List<X509Certificate> authorities(FileSetting setting) throws TlsFileException {
    return Authorities.load(PemFile.read(setting), warnings::add);
  }

  private AbstractStringAssert<?> refused(FileSetting certificate, @Nullable FileSetting key) {
    try {
      throw new AssertionError("taken: " + load(certificate, key));
    } catch (TlsFileException e) {
      assertThat(e.problems()).singleElement().asString().startsWith(TlsFiles.WHERE + ": /");
      return assertThat(e.getMessage()).doesNotContain("\n");
    }
  }

  private Identity load(FileSetting certificate, @Nullable FileSetting key)
      throws TlsFileException {
    CertificateSource source = new CertificateSource(certificate, key);
    List<FileSetting> settings = new ArrayList<>();
    ServerContexts.addFiles(settings, source);
    return Identity.load(PemFiles.read(settings), source, warnings::add);
  }

  private FileSetting file(String name, String... content) {
    return new TlsFiles(directory).file(name, content);
  }

  private FileSetting setting(String name) {
    return new FileSetting(directory.resolve(name), TlsFiles.WHERE);
  }

  private static String openssl(String arguments) {
    List<String> line = new ArrayList<>(List.of("openssl"));
    line.addAll(List.of(arguments.split(" ", -1)));
    Command.Result result = Command.of(line).run();
    assertThat(result.exitCode()).as(result.err()).isZero();
    return result.out();
  }
}
