// A plain selector, sum() and + mean what they mean in PromQL; anything else is told to be wrong,
// soon.
package org.pgdeeplake.proxy.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class QueryTest {
  private static final Exposition METRICS =
      new Exposition(
          """
          # HELP q Sessions
          # TYPE q gauge
          q{proxy="a"} 2.0
          q{proxy="b",note="x\\"y\\\\z\\n, }"} 3.0
          q_more{proxy="a"} 100.0
          s{proxy="a"} 5.0
          s{proxy="c"} 7.0
          demand 4.0
          limit{proxy="a"} NaN
          big 1.5E10
          inf +Inf
          """);

  private static List<Series> ask(String query) throws QueryException {
    return Query.parse(query).evaluate(METRICS::series);
  }

  @ParameterizedTest(name = "{0} = {1}")
  @CsvSource(
      delimiter = '%',
      value = {
        "demand % 4",
        " demand { } % 4",
        "q{proxy=\"a\"} % 2",
        "q{proxy='a',} % 2",
        "q{proxy!=`a`} % 3",
        "q{proxy=~\"a.*|x\"} % 2",
        "q{proxy!~ \"b\"} % 2",
        "q{note=\"x\\\"y\\\\z\\n, }\"} % 3",
        "q{absent=\"\",proxy=\"b\"} % 3",
        "sum(q) % 5",
        "sum(q{proxy=\"a\"}) + sum(s{proxy=\"a\"}) % 7",
        "sum(q)+sum(s)+demand % 21",
        "sum(q + s) % 7",
        "(demand) + (demand + demand) % 12",
        "sum(q{proxy=\"nobody\"}) + sum(s) % ",
        "nothing % ",
        "sum(nothing) % ",
        "limit % NaN",
        "big % 1.5E10",
        "inf % Infinity"
      })
  void answers(String query, Double value) throws QueryException {
    assertThat(ask(query).stream().map(Series::value).toList())
        .isEqualTo(value == null ? List.of() : List.of(value));
  }

  @Test
  void aSelectorKeepsItsNameAndASumLosesIt() throws QueryException {
    assertThat(ask("s{proxy=\"c\"}")).containsExactly(new Series("s", Map.of("proxy", "c"), 7));
    assertThat(ask("q + s")).containsExactly(new Series("", Map.of("proxy", "a"), 7));
    assertThat(ask("sum(s)")).containsExactly(new Series("", Map.of(), 12));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "1",
        "rate(q[5m])",
        "q[5m]",
        "q offset 5m",
        "sum by (proxy) (q)",
        "sum(q) by (proxy)",
        "max(q)",
        "q - s",
        "q > 1",
        "sum(q) or vector(0)",
        "sum(",
        "sum",
        "q{",
        "q{proxy}",
        "q{proxy=a}",
        "q{proxy=\"a}",
        "q{proxy=\"\\x\"}",
        "{proxy=\"a\"}",
        "q{proxy=\"a\"}}",
        "q{proxy=~\"(\"}",
        "q{proxy=~\"a{9}\"}",
        "q{proxy=~\"(?=a)\"}",
        "q{proxy=~\"(a)\\\\1\"}",
        "q +",
        "+ q",
        "q s"
      })
  void anythingElseIsWrong(String query) {
    assertThatThrownBy(() -> ask(query)).isInstanceOf(QueryException.class).message().isNotBlank();
  }

  @Test
  void theMessageSaysWhereAndWhatWouldBeRight() {
    assertThatThrownBy(() -> ask("q - s"))
        .hasMessage(
            "unexpected '-' at position 3; understood are selectors as name{label=\"value\"},"
                + " sum(selector), and + of these");
  }

  @Test
  @Timeout(5)
  void hostileInputCostsNothing() {
    String slow = "q{proxy=~\"(a|a)*(a|a)*(a|a)*(a|a)*(a|a)*c\"}";
    String wide = "a".repeat(60);
    Exposition one = new Exposition("q{proxy=\"" + wide + "\"} 1\n");
    assertThatThrownBy(() -> Query.parse(slow).evaluate(one::series))
        .hasMessageContaining("takes too long");
    assertThatThrownBy(() -> ask("(".repeat(1900))).hasMessageContaining("nested");
    assertThatThrownBy(() -> ask("q+".repeat(999) + "q")).hasMessageContaining("selectors");
    assertThatThrownBy(() -> ask("q".repeat(100_000))).hasMessageContaining("characters");
  }

  @Property(tries = 500)
  void neverAnythingButAnAnswerOrAMessage(@ForAll @StringLength(max = 80) String text) {
    try {
      ask(text);
      ask("q{proxy=~\"" + text + "\"}");
    } catch (QueryException e) {
      assertThat(e).hasMessageNotContaining("Exception");
    }
  }
}
