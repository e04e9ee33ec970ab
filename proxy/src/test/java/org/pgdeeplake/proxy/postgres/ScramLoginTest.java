// SCRAM-SHA-256 is RFC 7677's: its example comes out byte for byte, PostgreSQL's stored form is
// understood, and whoever does not show the password is not let in.
package org.pgdeeplake.proxy.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ScramLoginTest {
  // RFC 7677, 3: user "user", password "pencil".
  private static final String FIRST = "n,,n=user,r=rOprNGfwEbeRWgbNEkqO";
  private static final String SERVER_NONCE = "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
  private static final String NONCE = "rOprNGfwEbeRWgbNEkqO" + SERVER_NONCE;
  private static final String SALT = "W22ZaJ0SNY7soEsUEjb6gQ==";
  private static final String PROOF = "dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=";
  private static final String LAST = "c=biws,r=" + NONCE + ",p=" + PROOF;
  private static final String SIGNATURE = "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=";

  /** As PostgreSQL keeps "pencil" with that salt. */
  private static final String STORED =
      "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:"
          + "wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=";

  private static final byte[] SECRET = {1, 2, 3};

  private static ScramVerifier pencil() {
    return ScramVerifier.derive("pencil", Base64.getDecoder().decode(SALT), 4096);
  }

  private static ScramLogin login(ScramVerifier verifier) {
    return ScramLogin.begin(verifier, true, SECRET, "user");
  }

  @Test
  void theExampleOfRfc7677() throws Exception {
    ScramLogin login = login(pencil());
    assertThat(login.first(FIRST, SERVER_NONCE)).isEqualTo("r=" + NONCE + ",s=" + SALT + ",i=4096");
    assertThat(login.last(LAST)).contains(SIGNATURE);
  }

  @Test
  void theStoredFormIsThatPassword() throws Exception {
    ScramLogin login = login(ScramVerifier.of(STORED));
    assertThat(login.first(FIRST, SERVER_NONCE)).isEqualTo("r=" + NONCE + ",s=" + SALT + ",i=4096");
    assertThat(login.last(LAST)).contains(SIGNATURE);
  }

  @Test
  void aWrongPasswordDoesNotProve() throws Exception {
    ScramLogin login =
        login(ScramVerifier.derive("pencil2", Base64.getDecoder().decode(SALT), 4096));
    var _ = login.first(FIRST, SERVER_NONCE);
    assertThat(login.last(LAST)).isEmpty();
  }

  @Test
  void aProofOfAnotherLengthDoesNotProve() throws Exception {
    ScramLogin login = login(pencil());
    var _ = login.first(FIRST, SERVER_NONCE);
    assertThat(login.last("c=biws,r=" + NONCE + ",p=AAAA")).isEmpty();
  }

  @Test
  void anUnknownUserIsAskedTheSameAndFails() throws Exception {
    ScramVerifier verifier = pencil();
    String once = ScramLogin.begin(verifier, false, SECRET, "nobody").first(FIRST, SERVER_NONCE);
    String again = ScramLogin.begin(verifier, false, SECRET, "nobody").first(FIRST, SERVER_NONCE);
    String other = ScramLogin.begin(verifier, false, SECRET, "somebody").first(FIRST, SERVER_NONCE);
    assertThat(once).isEqualTo(again).isNotEqualTo(other).hasSameSizeAs(other).endsWith(",i=4096");
    assertThat(once.length()).isEqualTo(("r=" + NONCE + ",s=" + SALT + ",i=4096").length());

    ScramLogin login = ScramLogin.begin(verifier, false, SECRET, "nobody");
    var _ = login.first(FIRST, SERVER_NONCE);
    assertThat(login.last(LAST)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 16, 32, 33, 80})
  void theSaltOfAnUnknownUserIsOfTheSameLengthAndLooksAsRandom(int bytes) throws Exception {
    ScramVerifier verifier = ScramVerifier.derive("pencil", new byte[bytes], 4096);
    String answer = ScramLogin.begin(verifier, false, SECRET, "nobody").first(FIRST, SERVER_NONCE);
    byte[] salt = Base64.getDecoder().decode(answer.replaceFirst(".*,s=(.*),i=.*", "$1"));
    assertThat(salt).hasSize(bytes);
    for (int from = 0; from + 16 <= bytes; from += 16) {
      assertThat(Arrays.copyOfRange(salt, from, from + 16)).isNotEqualTo(new byte[16]);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "p=tls-unique,,n=user,r=abc",
        "n,a=other,n=user,r=abc",
        "n,,m=ext,n=user,r=abc",
        "n,,n=user",
        "n,,n=user,r=",
        "n,,n=user,r=a b"
      })
  void whatIsNoFirstMessage(String message) {
    assertThatThrownBy(() -> login(pencil()).first(message))
        .isInstanceOf(ScramLogin.Malformed.class);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ' ',
      value = {
        "c=eSws,r=%N,p=%P channel",
        "c=biws,r=%Nx,p=%P nonce",
        "c=biws,r=,p=%P nonce",
        "c=biws,r=%N not",
        "c=biws,r=%N,p=A base64",
        "r=%N,c=biws,p=%P not"
      })
  void whatIsNoLastMessage(String message, String about) throws Exception {
    ScramLogin login = login(pencil());
    var _ = login.first(FIRST, SERVER_NONCE);
    assertThatThrownBy(() -> login.last(message.replace("%N", NONCE).replace("%P", PROOF)))
        .isInstanceOf(ScramLogin.Malformed.class)
        .hasMessageContaining(about);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SCRAM-SHA-256$",
        "SCRAM-SHA-256$4096:AAAA",
        "SCRAM-SHA-256$4096:AAAA$BBBB:CCCC",
        "SCRAM-SHA-256$100:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:"
            + "wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU="
      })
  void whatBeginsAsTheStoredFormMustBeIt(String password) {
    assertThatThrownBy(() -> ScramVerifier.of(password))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("SCRAM verifier")
        .message()
        .doesNotContain("AAAA", "W22Z");
  }

  @ParameterizedTest
  @CsvSource({
    "I\u00ADX, IX", // mapped to nothing
    "\u00AA, a", // NFKC
    "\u2168, IX",
    "a\u00A0b, a b", // a space that is not ASCII
    "pencil, pencil",
    "a\u200Eb, a\u200Eb" // prohibited: stays as it is
  })
  void passwordsAreNormalised(String password, String prepared) {
    assertThat(SaslPrep.prepare(password)).isEqualTo(prepared);
  }

  @Test
  void nothingOfItShows() {
    assertThat(ScramVerifier.of(STORED).toString()).doesNotContain("W22Z", "WG5d");
  }
}
