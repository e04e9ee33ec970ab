package org.pgdeeplake.manager.command;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Set;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

final class ProxyAddressConverter implements ITypeConverter<URI> {
  private static final Set<String> SCHEMES = Set.of("http", "https");

  @Override
  public URI convert(String value) {
    try {
      URI uri = new URI(value);
      if (uri.getHost() != null && uri.getScheme() != null && SCHEMES.contains(uri.getScheme())) {
        return uri;
      }
    } catch (URISyntaxException _) {
      // Said below.
    }
    throw new TypeConversionException("'" + value + "' is no address of the form http://HOST:PORT");
  }
}
