package org.pgdeeplake.manager.command;

import java.io.PrintWriter;
import java.util.Map;

/** What surrounds a command: its streams, the environment and the end that a signal asks for. */
public record Invocation(
    PrintWriter out, PrintWriter err, Map<String, String> environment, Termination termination) {}
