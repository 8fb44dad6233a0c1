package org.openagi.p2p.network.transfer;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SafeNamesTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "report.pdf | report.pdf",
        "/etc/passwd | passwd",
        "..\\..\\boot.ini | boot.ini",
        ".. | file",
        ". | file",
        "a/ | file",
        ".bashrc | _.bashrc",
        "CON | _CON",
        "nul.txt | _nul.txt",
        "a:b*c?.txt | a_b_c_.txt",
        "trailing. . | trailing",
        "x.part | x.part_",
        "x.STATE | x.STATE_",
        "rtl\u202Egpj.exe | rtlgpj.exe",
        "zero\u200Bwidth | zerowidth",
        "cafe\u0301 | caf\u00e9",
      })
  void aNameIsNoPathAndNoSurprise(String given, String safe) {
    assertEquals(safe, SafeNames.of(given));
  }

  @Test
  void aLongNameKeepsItsExtension() {
    String safe = SafeNames.of("\u00e4".repeat(120) + ".tar");
    assertEquals(SafeNames.MAX_BYTES, safe.getBytes(StandardCharsets.UTF_8).length);
    assertEquals("\u00e4".repeat(98) + ".tar", safe);
  }

  @Test
  void aNumberGoesBeforeTheExtension() {
    assertEquals("a (2).txt", SafeNames.numbered("a.txt", 2));
    assertEquals("a (2)", SafeNames.numbered("a", 2));
  }
}
