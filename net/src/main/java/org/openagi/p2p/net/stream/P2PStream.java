package org.openagi.p2p.net.stream;

import java.io.InputStream;
import java.io.OutputStream;
import org.openagi.p2p.core.identity.PeerId;

/** A stream for blocking code on virtual threads, with real back pressure both ways. */
public interface P2PStream extends AutoCloseable {
  /** Bytes from the peer; reading blocks until there are some. */
  InputStream inputStream();

  /** Bytes to the peer; writing blocks while the peer does not take them. */
  OutputStream outputStream();

  /** Ends our direction; reading goes on. */
  void closeWrite();

  /** Aborts both directions. */
  void reset();

  /** The peer at the other end. */
  PeerId remotePeer();

  /** The protocol agreed on. */
  String protocol();

  /** Ends our direction after everything written, and stops reading. */
  @Override
  void close();
}
