package org.openagi.p2p.benchmarks.worker;

/** One system under test. Each method runs in a process of its own and is called once. */
public interface BenchSystem {

  /**
   * Starts the receiving side: takes messages and acknowledges them (S1), or sends each back (S2), or
   * holds connections (S3).
   *
   * @param echo whether each message is answered by one of the same size
   * @return running; closed when the process ends
   */
  Receiver receive(Settings settings, boolean echo) throws Exception;

  /**
   * Starts sending random messages as fast as the window allows, and goes on until the process ends.
   */
  Flow send(Settings settings, String address) throws Exception;

  /** Connects for ping-pong. */
  PingPong pingPong(Settings settings, String address) throws Exception;

  /** Prepares to open idle connections. */
  Dialer dialer(Settings settings, String address) throws Exception;

  /**
   * Starts what is asked to send one message at a time.
   *
   * @throws UnsupportedOperationException if this system is not compared there
   */
  default Paced paced(Settings settings, String address) throws Exception {
    throw new UnsupportedOperationException("not compared");
  }

  /** The listening side of a run. */
  interface Receiver {
    /** What the other process is told to reach this one; no blanks in it. */
    String address();

    /** Messages taken so far; any thread. */
    long received();

    /** Authenticated connections open now; any thread. */
    int connections();
  }

  /** A running stream of messages. */
  interface Flow {
    /** Messages acknowledged so far; any thread. */
    long acknowledged();
  }

  /** Sends one message at a time. */
  interface Paced {
    /**
     * Submits a random message and returns at once.
     *
     * @param acknowledged called once when the message is acknowledged, on any thread
     */
    void send(Runnable acknowledged);
  }

  /** A connected caller. */
  interface PingPong {
    /**
     * Sends a message, waits for the answer, and repeats.
     *
     * @param nanos filled with the time of each round
     */
    void rounds(long[] nanos) throws Exception;
  }

  /** Opens authenticated connections and keeps them open. */
  interface Dialer {
    /** Opens that many more, as fast as it can; returns when all are authenticated. */
    void open(int connections) throws Exception;
  }
}
