import Testing

@testable import Trust

/// Whatever bytes come, every reader answers: with a value or a failure of its own, and soon.
@Suite struct ParserFuzzTests {
    private static let rounds = 4000

    @Test func `changed certificates are read or refused`() throws {
        var generator = SeededGenerator(seed: 0x5eed_0001)
        let originals = try KeylessCase.all("others").map(\.leaf)
        var accepted = 0
        for _ in 0..<Self.rounds {
            guard let original = originals.randomElement(using: &generator) else { return }
            do throws(CertificateFailure) {
                let certificate = try Certificate(der: original.der.mutated(by: &generator))
                accepted += 1
                _ = try? certificate.publicKey()
                _ = try? CertificateIdentity(certificate)
                _ = try? SignedCertificateTimestamp.embedded(in: certificate)
                _ = certificate.precertificateTBS()
                _ = "\(certificate) \(certificate.issuer)"
            } catch {
                #expect(error.name == "certificateMalformed")
            }
        }
        #expect(accepted > 0 && accepted < Self.rounds)
    }

    @Test func `no changed certificate is issued by the authority`() throws {
        var generator = SeededGenerator(seed: 0x5eed_0002)
        let one = try #require(try KeylessCase.all("mutants").first { $0.name == "v1-msg-p384" })
        #expect(one.verdict() == "ok")
        for _ in 0..<1000 {
            let changed = one.leaf.der.mutated(by: &generator)
            guard changed != one.leaf.der, let leaf = try? Certificate(der: changed) else { continue }
            for authority in one.root.authorities {
                #expect(throws: CertificateFailure.self) { try authority.validate(leaf: leaf, at: one.logTimes) }
            }
        }
    }

    @Test func `a changed time stamp states no other time`() throws {
        var generator = SeededGenerator(seed: 0x5eed_0003)
        let one = try #require(try KeylessCase.all("mutants").first { $0.name == "v1-msg-plus-tsa" })
        let stamper = try #require(one.root.stampers.first)
        let original = try stamper.verify(TimestampToken(response: one.stamps[0]), over: one.signature)
        var accepted = 0
        for _ in 0..<Self.rounds {
            let changed = one.stamps[0].mutated(by: &generator)
            do throws(TimestampFailure) {
                let verified = try stamper.verify(TimestampToken(response: changed), over: one.signature)
                accepted += 1
                // What isn't signed may change: embedded certificates, unsigned attributes.
                #expect(verified == original)
            } catch {
                #expect(error.name.hasPrefix("tsa"))
            }
        }
        #expect(accepted < Self.rounds)
    }

    @Test func `changed lists of log timestamps are read or refused`() throws {
        var generator = SeededGenerator(seed: 0x5eed_0005)
        let leaf = try #require(try KeylessCase.all("conformance").first { $0.name == "bundle-with-sct-with-extensions" }).leaf
        let value = Array(try #require(leaf.extensions.values[SignedCertificateTimestamp.listType]))
        for _ in 0..<Self.rounds {
            let changed = value.mutated(by: &generator)
            do throws(SCTFailure) {
                let timestamps = try SignedCertificateTimestamp.list(changed[...])
                #expect((1...SignedCertificateTimestamp.limit).contains(timestamps.count))
            } catch {
                #expect(error.name == "sctMalformed")
            }
        }
    }

    @Test func `nesting and lengths beyond reason are refused`() {
        for count in [10, 60, 1000, 30000] {
            let nested = [UInt8](repeating: 0x30, count: count) + [UInt8](repeating: 0x80, count: count)
            #expect(failureName { try TimestampToken(response: nested) } == "tsaResponse")
            let indefinite = [[UInt8]](repeating: [0x30, 0x80], count: count).flatMap { $0 }
            #expect(failureName { try TimestampToken(response: indefinite) } == "tsaResponse")
            #expect(failureName { try Certificate(der: indefinite) } == "certificateMalformed")
        }
        let huge: [UInt8] = [0x30, 0x88, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]
        #expect(failureName { try TimestampToken(response: huge) } == "tsaResponse")
        #expect(failureName { try Certificate(der: huge) } == "certificateMalformed")
        #expect(
            failureName { try TimestampToken(response: [UInt8](repeating: 0, count: TimestampResponse.sizeLimit + 1)) } == "tsaResponse")
        let wide = DERWriter.value(0x30, [[UInt8]](repeating: [0x30, 0x00], count: 15000).flatMap { $0 })
        #expect(failureName { try TimestampToken(response: wide) } == "tsaResponse")
        #expect(failureName { try Certificate(der: wide) } == "certificateMalformed")
    }
}
