package org.openagi.p2p.node.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import org.openagi.p2p.net.stream.P2PStream;

/** {@code /echo/1.0.0}: sends back every byte, and closes after the remote closed. */
final class EchoProtocol {
  static final String ID = "/echo/1.0.0";
  private static final int BUFFER_BYTES = 64 * 1024;

  private EchoProtocol() {}

  /** Serves one stream; reads no faster than its answers are taken. */
  static void serve(P2PStream stream) {
    var buffer = new byte[BUFFER_BYTES];
    InputStream in = stream.input();
    OutputStream out = stream.output();
    try {
      for (int length = in.read(buffer); length >= 0; length = in.read(buffer)) {
        out.write(buffer, 0, length);
        if (in.available() == 0) out.flush();
      }
      out.flush();
      stream.closeWrite();
    } catch (IOException e) {
      throw new UncheckedIOException(e); // resets the stream
    }
  }
}
