package org.openagi.p2p.network.config;

import java.math.BigDecimal;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.openagi.p2p.core.multiaddr.AddressProtocol;
import org.openagi.p2p.core.multiaddr.Multiaddr;
import org.openagi.p2p.network.config.ConfigKey.ValueType;

/** The kinds of value the keys are made of. Stateless. */
final class ValueTypes {
  /** More items than this in one list is a mistake, not a configuration. */
  static final int LIST_ITEMS_MAX = 256;

  private static final Pattern WHOLE = Pattern.compile("-?\\d{1,18}");
  private static final Pattern DECIMAL = Pattern.compile("\\d{1,9}(\\.\\d{1,3})?");

  /** Digits only: a name would be looked up. */
  private static final Pattern ADDRESS_SHAPE =
      Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}|\\[[0-9A-Fa-f:.]{2,45}]");

  /** Parsing, printing and describing given as functions. */
  private record Simple<T>(
      String allowed, boolean isList, Function<String, T> parser, Function<T, String> printer)
      implements ValueType<T> {
    @Override
    public T parse(String text) {
      return parser.apply(text);
    }

    @Override
    public String print(T value) {
      return printer.apply(value);
    }
  }

  private ValueTypes() {}

  static ValueType<Long> wholeNumber(long min, long max, String unit) {
    return numberOr(value -> value >= min && value <= max, min + " to " + max, unit);
  }

  /** Zero, which turns something off, or a number in the range. */
  static ValueType<Long> zeroOrWholeNumber(long min, long max, String unit) {
    String range = "0 or " + min + " to " + max;
    return numberOr(value -> value == 0 || (value >= min && value <= max), range, unit);
  }

  private static ValueType<Long> numberOr(
      java.util.function.LongPredicate accepts, String range, String unit) {
    String allowed = ("a whole number" + (unit.isEmpty() ? "" : " of " + unit)) + ", " + range;
    return new Simple<>(
        allowed,
        false,
        text -> {
          if (!WHOLE.matcher(text).matches()) throw new IllegalArgumentException();
          long value = Long.parseLong(text);
          if (!accepts.test(value)) throw new IllegalArgumentException();
          return value;
        },
        String::valueOf);
  }

  /** Seconds, with up to three decimals. */
  static ValueType<Duration> seconds(String min, String max) {
    BigDecimal lowest = new BigDecimal(min);
    BigDecimal highest = new BigDecimal(max);
    return new Simple<>(
        "a number of seconds, " + min + " to " + max,
        false,
        text -> {
          if (!DECIMAL.matcher(text).matches()) throw new IllegalArgumentException();
          BigDecimal value = new BigDecimal(text);
          if (value.compareTo(lowest) < 0 || value.compareTo(highest) > 0)
            throw new IllegalArgumentException();
          return Duration.ofMillis(value.movePointRight(3).longValueExact());
        },
        value -> BigDecimal.valueOf(value.toMillis(), 3).stripTrailingZeros().toPlainString());
  }

  /** One of a few words; case does not count. */
  static <T> ValueType<T> oneOf(Map<String, T> words) {
    return new Simple<>(
        "one of " + String.join(", ", words.keySet()),
        false,
        text -> word(words, text),
        value -> wordFor(words, value));
  }

  /** Some of a few words, in order of preference, each at most once, at least one. */
  static <T> ValueType<List<T>> someOf(Map<String, T> words) {
    return new Simple<>(
        "one or more of " + String.join(", ", words.keySet()) + ", each once",
        true,
        text -> {
          List<T> values =
              ConfigKey.splitList(text).stream().map(item -> word(words, item)).toList();
          if (values.isEmpty() || values.stream().distinct().count() < values.size())
            throw new IllegalArgumentException();
          return values;
        },
        values ->
            String.join(",", values.stream().map(value -> wordFor(words, value)).toList()));
  }

  private static <T> T word(Map<String, T> words, String text) {
    T value = words.get(text.toLowerCase(Locale.ROOT));
    if (value == null) throw new IllegalArgumentException();
    return value;
  }

  private static <T> String wordFor(Map<String, T> words, T value) {
    return words.entrySet().stream()
        .filter(entry -> entry.getValue().equals(value))
        .map(Map.Entry::getKey)
        .findFirst()
        .orElseThrow();
  }

  /** A text of a given shape, or empty for "derive it". */
  static ValueType<Optional<String>> optionalText(Pattern shape, String allowed) {
    return new Simple<>(
        allowed,
        false,
        text -> {
          if (text.isEmpty()) return Optional.empty();
          if (!shape.matcher(text).matches()) throw new IllegalArgumentException();
          return Optional.of(text);
        },
        value -> value.orElse(""));
  }

  static ValueType<String> text(Pattern shape, String allowed) {
    return new Simple<>(
        allowed,
        false,
        text -> {
          if (!shape.matcher(text).matches()) throw new IllegalArgumentException();
          return text;
        },
        Function.identity());
  }

  static ValueType<Optional<Path>> optionalPath(String allowed) {
    return new Simple<>(
        allowed,
        false,
        text -> {
          if (text.isEmpty()) return Optional.empty();
          try {
            return Optional.of(Path.of(text));
          } catch (InvalidPathException e) {
            throw new IllegalArgumentException(e.getReason(), e);
          }
        },
        value -> value.map(Path::toString).orElse(""));
  }

  static ValueType<List<String>> texts(Pattern shape, String allowed) {
    return list(
        allowed,
        item -> {
          if (!shape.matcher(item).matches())
            throw new IllegalArgumentException("'" + item + "' is not");
          return item;
        },
        Function.identity());
  }

  /** Addresses of plain TCP: {@code /ip4|ip6|dns.../tcp/PORT}, with or without {@code /p2p/ID}. */
  static ValueType<List<Multiaddr>> tcpAddresses(String allowed) {
    return list(
        allowed,
        item -> {
          Multiaddr address = Multiaddr.parse(item);
          if (!address.isTcp())
            throw new IllegalArgumentException("'" + item + "' is not a TCP address");
          return address;
        },
        Multiaddr::toString);
  }

  /** Addresses that do not leave this machine: {@code /unix/PATH} and loopback TCP. */
  static ValueType<List<Multiaddr>> localAddresses(String allowed) {
    return list(
        allowed,
        item -> {
          Multiaddr address = Multiaddr.parse(item);
          boolean isUnix =
              address.has(AddressProtocol.UNIX) && address.components().size() == 1;
          boolean isLocalTcp =
              address.isTcp() && address.isLoopback() && address.peerId().isEmpty();
          if (!isUnix && !isLocalTcp)
            throw new IllegalArgumentException(
                "'" + item + "' is neither a Unix socket nor TCP on the loopback interface");
          return address;
        },
        Multiaddr::toString);
  }

  private static <T> ValueType<List<T>> list(
      String allowed, Function<String, T> parser, Function<T, String> printer) {
    return new Simple<>(
        allowed + ", at most " + LIST_ITEMS_MAX + ", separated by commas",
        true,
        text -> {
          List<String> items = ConfigKey.splitList(text);
          if (items.size() > LIST_ITEMS_MAX)
            throw new IllegalArgumentException("the list has " + items.size() + " items");
          return items.stream().map(parser).toList();
        },
        values -> String.join(",", values.stream().map(printer).toList()));
  }

  /** {@code off}, or an IP address and a TCP port such as {@code 127.0.0.1:8480} or {@code [::1]:0}. */
  static ValueType<Optional<InetSocketAddress>> socketAddress(String allowed) {
    return new Simple<>(
        allowed,
        false,
        text -> text.equals("off") ? Optional.empty() : Optional.of(socketAddressOf(text)),
        value -> value.map(ValueTypes::printed).orElse("off"));
  }

  private static InetSocketAddress socketAddressOf(String text) {
    int colon = text.lastIndexOf(':');
    if (colon < 0) throw new IllegalArgumentException("the port is missing");
    String host = text.substring(0, colon);
    if (!ADDRESS_SHAPE.matcher(host).matches())
      throw new IllegalArgumentException("'" + host + "' is no IP address");
    try {
      int port = Integer.parseInt(text.substring(colon + 1));
      return new InetSocketAddress(InetAddress.getByName(host), port);
    } catch (UnknownHostException | NumberFormatException e) {
      throw new IllegalArgumentException(e);
    }
  }

  private static String printed(InetSocketAddress address) {
    String host = address.getAddress().getHostAddress();
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + address.getPort();
  }
}
