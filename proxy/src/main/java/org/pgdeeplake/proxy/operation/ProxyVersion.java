package org.pgdeeplake.proxy.operation;

/** Which version this is. */
public final class ProxyVersion {
  private ProxyVersion() {}

  /** From the manifest of the jar. */
  public static String text() {
    String version = ProxyVersion.class.getPackage().getImplementationVersion();
    return version == null ? "(not packaged)" : version;
  }
}
