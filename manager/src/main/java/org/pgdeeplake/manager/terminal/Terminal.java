package org.pgdeeplake.manager.terminal;

import java.io.Console;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.manager.deployment.Refused;

/**
 * Whether people are there.
 *
 * @param out a person reads standard output
 * @param err a person reads standard error
 * @param in a person can be asked
 * @param colours may be used on standard output
 * @param input standard input
 */
public record Terminal(boolean out, boolean err, boolean in, boolean colours, InputStream input) {

  /** Of this process. Colours: <a href="https://no-color.org">NO_COLOR</a> and TERM=dumb say no. */
  public static Terminal ofProcess(Map<String, String> environment) {
    boolean out = isTerminal(1);
    boolean wanted =
        environment.getOrDefault("NO_COLOR", "").isEmpty()
            && !environment.getOrDefault("TERM", "").equals("dumb");
    return new Terminal(out, isTerminal(2), isTerminal(0), out && wanted, System.in);
  }

  /** Nobody is there: streams are files or pipes. */
  public static Terminal none() {
    return new Terminal(false, false, false, false, InputStream.nullInputStream());
  }

  private static boolean isTerminal(int descriptor) {
    try {
      String target = Files.readSymbolicLink(Path.of("/proc/self/fd/" + descriptor)).toString();
      return target.startsWith("/dev/pts/")
          || target.startsWith("/dev/tty")
          || target.equals("/dev/console");
    } catch (IOException | UnsupportedOperationException _) {
      return false;
    }
  }

  /** All of standard input, without the end of its last line. */
  public String readAll() throws IOException {
    String text = new String(input.readAllBytes(), StandardCharsets.UTF_8);
    return text.replaceFirst("\\R\\z", "");
  }

  /**
   * Asks without an echo.
   *
   * @throws Refused nobody can be asked
   */
  public String askSecret(String prompt, String instead) throws Refused {
    @Nullable Console console = in ? System.console() : null;
    char[] answer = console == null ? null : console.readPassword("%s: ", prompt);
    if (answer == null) {
      throw new Refused("there is no terminal to ask for the " + prompt + " at: " + instead);
    }
    return new String(answer);
  }

  /** Whether the answer begins with y; no if nobody can be asked. */
  public boolean confirm(String question) {
    @Nullable Console console = in ? System.console() : null;
    @Nullable String answer = console == null ? null : console.readLine("%s [y/N] ", question);
    return answer != null && answer.strip().toLowerCase(java.util.Locale.ROOT).startsWith("y");
  }
}
