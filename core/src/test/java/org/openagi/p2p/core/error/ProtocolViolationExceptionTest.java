package org.openagi.p2p.core.error;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import org.junit.jupiter.api.Test;
import org.openagi.p2p.core.error.ProtocolViolationException.Scope;

class ProtocolViolationExceptionTest {
  @Test
  void costsNoStackTraceAndCanWidenItsScope() {
    var cause = new IllegalArgumentException("because");
    var violation = new ProtocolViolationException(Scope.STREAM, "wrong", cause);
    assertEquals(0, violation.getStackTrace().length);
    assertSame(violation, violation.withScope(Scope.STREAM));
    var wider = violation.withScope(Scope.PEER);
    assertEquals(Scope.PEER, wider.scope());
    assertEquals("wrong", wider.getMessage());
    assertSame(cause, wider.getCause());
  }
}
