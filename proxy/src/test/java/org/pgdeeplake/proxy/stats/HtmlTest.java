package org.pgdeeplake.proxy.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

// What clients call themselves stays text, wherever on the page it stands.
class HtmlTest {
  @Test
  void valuesAreEscapedAndPiecesAreNot() {
    Html piece = Html.of("<b>{}</b>", "<script>alert('x')</script> & \"y\"");
    assertThat(Html.of("<td title=\"{}\">{}</td>", "\" onclick=\"", piece).markup())
        .isEqualTo(
            "<td title=\"&quot; onclick=&quot;\"><b>&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;"
                + " &amp; &quot;y&quot;</b></td>");
  }

  @Test
  void whatTurnsOrBreaksTextShowsAsAReplacement() {
    assertThat(Html.of("{}", "a\u0000b\u001b[31m\u202Ec\u2066").markup())
        .isEqualTo("a\uFFFDb\uFFFD[31m\uFFFDc\uFFFD");
  }

  @Test
  void gapsInValuesAreNoGaps() {
    assertThat(Html.of("{} {}", "{}", "x").markup()).isEqualTo("{} x");
  }

  @Test
  void gapsAndValuesMustMatch() {
    assertThatThrownBy(() -> Html.of("{}{}", "x")).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Html.of("{}", "x", "y")).isInstanceOf(IllegalArgumentException.class);
  }
}
