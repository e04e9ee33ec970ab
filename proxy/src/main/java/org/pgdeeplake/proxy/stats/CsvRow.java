package org.pgdeeplake.proxy.stats;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** One row of HAProxy's statistics as CSV: what is not set is empty. */
final class CsvRow {
  /** HAProxy 2.9's, in its order. */
  static final List<String> COLUMNS =
      List.of(
          """
          pxname svname qcur qmax scur smax slim stot bin bout dreq dresp ereq econ eresp wretr
          wredis status weight act bck chkfail chkdown lastchg downtime qlimit pid iid sid
          throttle lbtot tracked type rate rate_lim rate_max check_status check_code
          check_duration hrsp_1xx hrsp_2xx hrsp_3xx hrsp_4xx hrsp_5xx hrsp_other hanafail req_rate
          req_rate_max req_tot cli_abrt srv_abrt comp_in comp_out comp_byp comp_rsp lastsess
          last_chk last_agt qtime ctime rtime ttime agent_status agent_code agent_duration
          check_desc agent_desc check_rise check_fall check_health agent_rise agent_fall
          agent_health addr cookie mode algo conn_rate conn_rate_max conn_tot intercepted dcon
          dses wrew connect reuse cache_lookups cache_hits srv_icur src_ilim qtime_max ctime_max
          rtime_max ttime_max eint idle_conn_cur safe_conn_cur used_conn_cur need_conn_est uweight
          agg_server_status agg_server_check_status agg_check_status srid sess_other h1sess h2sess
          h3sess req_other h1req h2req h3req proto - ssl_sess ssl_reused_sess ssl_failed_handshake
          h2_headers_rcvd h2_data_rcvd h2_settings_rcvd h2_rst_stream_rcvd h2_goaway_rcvd
          h2_detected_conn_protocol_errors h2_detected_strm_protocol_errors h2_rst_stream_resp
          h2_goaway_resp h2_open_connections h2_backend_open_streams h2_total_connections
          h2_backend_total_streams h1_open_connections h1_open_streams h1_total_connections
          h1_total_streams h1_bytes_in h1_bytes_out h1_spliced_bytes_in h1_spliced_bytes_out
          """
              .strip()
              .split("\\s+"));

  /** Where the columns of HAProxy's HTTP/1 and HTTP/2 begin. */
  private static final int HTTP = COLUMNS.indexOf("h2_headers_rcvd");

  private static final Pattern NEEDS_QUOTES = Pattern.compile("[\",]");

  /** What others have said must not break a row. */
  private static final Pattern NOT_ON_A_LINE = Pattern.compile("[\\p{Cc}\\u2028\\u2029]");

  private final Map<String, String> values = new HashMap<>();

  /** The first line. */
  static String header() {
    return "# " + String.join(",", COLUMNS) + ",\n";
  }

  /** Name and number of who has the row. */
  CsvRow(String proxy, String service, int proxyId, int serviceId, int type) {
    put("pxname", proxy).put("svname", service);
    put("pid", 1).put("iid", proxyId).put("sid", serviceId).put("type", type);
    put("mode", "tcp").put("-", "-");
  }

  CsvRow put(String column, String value) {
    if (!COLUMNS.contains(column)) {
      throw new IllegalArgumentException(column);
    }
    values.put(column, value);
    return this;
  }

  CsvRow put(String column, long value) {
    return put(column, Long.toString(value));
  }

  CsvRow millis(String column, double seconds) {
    return put(column, Math.round(seconds * 1000));
  }

  /** Facts that HAProxy has and that do not exist here. */
  CsvRow zero(String... columns) {
    for (String column : columns) {
      put(column, 0);
    }
    return this;
  }

  /** HTTP of every version: none of it was ever seen. */
  CsvRow zeroHttp() {
    COLUMNS.subList(HTTP, COLUMNS.size()).forEach(this::zero);
    return this;
  }

  void write(StringBuilder out) {
    for (String column : COLUMNS) {
      out.append(quoted(values.getOrDefault(column, ""))).append(',');
    }
    out.append('\n');
  }

  private static String quoted(String value) {
    String line = NOT_ON_A_LINE.matcher(value).replaceAll(" ");
    return NEEDS_QUOTES.matcher(line).find() ? '"' + line.replace("\"", "\"\"") + '"' : line;
  }
}
