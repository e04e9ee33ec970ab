package org.pgdeeplake.proxy.support;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Prometheus' text format 0.0.4, read strictly: a line that does not fit is an error. */
public record ScrapedText(Map<String, String> types, List<Sample> samples) {
  private static final Pattern HELP = Pattern.compile("# HELP ([a-zA-Z_:][\\w:]*) .+");
  private static final Pattern TYPE =
      Pattern.compile("# TYPE ([a-zA-Z_:][\\w:]*) (counter|gauge|histogram|summary|untyped)");
  private static final Pattern SAMPLE =
      Pattern.compile(
          "([a-zA-Z_:][\\w:]*)(?:\\{(.*)})? (NaN|[+-]Inf|-?\\d+(?:\\.\\d+)?(?:[eE]-?\\d+)?)");
  private static final Pattern LABEL = Pattern.compile("(\\w+)=\"((?:[^\"\\\\]|\\\\.)*)\",?");

  public record Sample(String name, Map<String, String> labels, String value) {}

  /** What a running proxy serves. */
  public static ScrapedText of(TestProxy proxy) {
    return parse(proxy.get("/metrics"));
  }

  public static ScrapedText parse(String text) {
    Map<String, String> types = new TreeMap<>();
    List<Sample> samples = new ArrayList<>();
    for (String line : text.lines().toList()) {
      Matcher type = TYPE.matcher(line);
      Matcher sample = SAMPLE.matcher(line);
      if (type.matches()) {
        if (types.put(type.group(1), type.group(2)) != null) {
          throw new AssertionError("a family twice: " + line);
        }
      } else if (sample.matches()) {
        String labels = sample.group(2) == null ? "" : sample.group(2);
        samples.add(new Sample(sample.group(1), labels(labels), sample.group(3)));
      } else if (!HELP.matcher(line).matches()) {
        throw new AssertionError("not a line of the text format: " + line);
      }
    }
    return new ScrapedText(types, samples);
  }

  private static Map<String, String> labels(String text) {
    Map<String, String> labels = new LinkedHashMap<>();
    Matcher label = LABEL.matcher(text);
    int end = 0;
    while (label.lookingAt()) {
      labels.put(label.group(1), label.group(2));
      end = label.end();
      label.region(end, text.length());
    }
    if (end != text.length()) {
      throw new AssertionError("not labels: " + text);
    }
    return labels;
  }

  /** Family to {@code type label,label}, without {@code le}; {@code -} where there is no label. */
  public Map<String, String> families() {
    Map<String, TreeSet<String>> labels = new TreeMap<>();
    types.keySet().forEach(name -> labels.put(name, new TreeSet<>()));
    for (Sample sample : samples) {
      String family = family(sample.name());
      sample.labels().keySet().stream()
          .filter(label -> !label.equals("le"))
          .forEach(label -> labels.getOrDefault(family, new TreeSet<>()).add(label));
    }
    Map<String, String> families = new TreeMap<>();
    labels.forEach((name, names) ->
        families.put(
            name, types.get(name) + " " + (names.isEmpty() ? "-" : String.join(",", names))));
    return families;
  }

  private String family(String sample) {
    if (types.containsKey(sample)) {
      return sample;
    }
    String stem = sample.replaceFirst("_(bucket|count|sum)$", "");
    if (!types.containsKey(stem)) {
      throw new AssertionError("a sample without a type: " + sample);
    }
    return stem;
  }

  /** The value of the one sample with this name and at least these labels: key, value, … */
  public String value(String name, String... labels) {
    List<String> found =
        samples.stream()
            .filter(sample -> sample.name().equals(name))
            .filter(sample -> sample.labels().entrySet().containsAll(entries(labels)))
            .map(Sample::value)
            .toList();
    if (found.size() != 1) {
      throw new AssertionError(name + List.of(labels) + " has " + found.size() + " samples");
    }
    return found.getFirst();
  }

  public double number(String name, String... labels) {
    return Double.parseDouble(value(name, labels));
  }

  public boolean has(String name) {
    return samples.stream().anyMatch(sample -> sample.name().equals(name));
  }

  private static List<Map.Entry<String, String>> entries(String... labels) {
    List<Map.Entry<String, String>> entries = new ArrayList<>();
    for (int i = 0; i < labels.length; i += 2) {
      entries.add(Map.entry(labels[i], labels[i + 1]));
    }
    return entries;
  }
}
