package org.pgdeeplake.manager.deployment;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;

/** What the system says of files, in words. */
public final class FileErrors {
  private FileErrors() {}

  /** With the path that it is about. */
  public static String reason(IOException e) {
    return switch (e) {
      case AccessDeniedException denied -> denied.getFile() + ": permission denied";
      case FileAlreadyExistsException exists -> exists.getFile() + " exists and is no directory";
      case NoSuchFileException missing -> missing.getFile() + ": no such file or directory";
      default -> String.valueOf(e.getMessage());
    };
  }
}
