package org.openagi.p2p.net.mux;

import java.util.ArrayList;
import java.util.List;

/** Yamux keeps the contract of multiplexers. */
class YamuxMuxerTest extends MuxerContract {
  @Override
  protected Pair newPair() {
    MuxPair pair = new MuxPair();
    return new Pair() {
      @Override
      public StreamMuxer dialer() {
        return pair.dialer.muxer;
      }

      @Override
      public StreamMuxer listener() {
        return pair.listener.muxer;
      }

      @Override
      public List<MuxedStream> accepted() {
        return pair.listener.inbound;
      }

      @Override
      public void pump() {
        pair.pump();
      }

      @Override
      public void cut() {
        pair.dialer.channel.close();
        pair.listener.channel.close();
      }

      @Override
      public List<String> ends() {
        List<String> ends = new ArrayList<>();
        pair.dialer.ends.forEach(end -> ends.add("dialer " + end));
        pair.listener.ends.forEach(end -> ends.add("listener " + end));
        return ends;
      }

      @Override
      public void close() {
        pair.close();
      }
    };
  }
}
