/**
 * Writes the lines that scripts read: one JSON object a line. Writing only; the program never reads
 * JSON. Written here, in a page, because loading a JSON library costs more time than most commands
 * take.
 */
@NullMarked
package org.openagi.p2p.api.json;

import org.jspecify.annotations.NullMarked;
