/*
 * The tests of @libp2p/interop want the build tool aegir for one thing: chai with a few more assertions. That tool brings
 * over a thousand packages, so this stands in its place.
 */
import * as chai from 'chai'

chai.use(({ Assertion }) => {
  Assertion.addMethod('equalBytes', function (expected) {
    this.assert(
      Buffer.compare(Buffer.from(this._obj), Buffer.from(expected)) === 0,
      'expected #{act} to have the bytes of #{exp}',
      'expected #{act} not to have the bytes of #{exp}',
      Buffer.from(expected).toString('hex'),
      Buffer.from(this._obj).toString('hex'))
  })
})

export const { expect, assert } = chai
