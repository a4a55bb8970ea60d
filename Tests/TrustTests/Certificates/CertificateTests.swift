import Testing

@testable import Trust

@Suite struct CertificateTests {
    @Test func `a signer's certificate is read with the bytes it came in`() throws {
        let key = try SampleKey(1)
        let der = try CertificateSample.leaf(by: "intermediate", key: SampleKey(3)).der(signedBy: key)
        let certificate = try Certificate(der: der)
        #expect(certificate.der == der)
        #expect(certificate.subject.isEmpty)
        #expect(certificate.issuer.description == "CN=intermediate")
        #expect(certificate.notBefore.description == "2026-06-01T00:00:00Z")
        #expect(certificate.notAfter.description == "2026-06-01T00:10:00Z")
        #expect(certificate.subjectPublicKeyInfo == (try SampleKey(3).publicKey))
        #expect(try certificate.publicKey().algorithm == .ecdsaP256)
        #expect(certificate.description == "the certificate of \(CertificateSample.identity)")
        #expect(try Certificate(pem: certificate.pem) == certificate)
    }

    @Test func `a name of thousands of parts is read, and cut where a message shows it`() throws {
        let attribute = DERSample.sequence(try DERSample.oid("2.5.4.3"), DERSample.utf8("abc"))
        let der = DERWriter.value(0x30, (0..<2_200).flatMap { _ in DERWriter.value(0x31, attribute) })
        let name = try DistinguishedName(NodeReader.parse(der[...], "name"), "name")
        #expect(name.parts.count == 2_200 && name.der == der)
        #expect(name.description.hasPrefix("CN=abc,CN=abc,") && name.description.hasSuffix(",CN=abc,…"))
        #expect(name.description.utf8.count < 600)
    }

    @Test func `what follows a certificate, or is missing at its end, is noticed`() throws {
        let der = try CertificateSample.leaf(by: "root", key: SampleKey(3)).der(signedBy: SampleKey(1))
        #expect(name { try Certificate(der: der + [0]) } == "certificateMalformed")
        #expect(name { try Certificate(der: Array(der.dropLast())) } == "certificateMalformed")
        #expect(name { try Certificate(der: []) } == "certificateMalformed")
        #expect(name { try Certificate(der: [UInt8](repeating: 0x30, count: Certificate.sizeLimit + 1)) } == "certificateMalformed")
    }

    @Test(arguments: [nil, [0], [1], [3], [2, 0]] as [[UInt8]?])
    func `only version 3 is read`(version: [UInt8]?) throws {
        var sample = try CertificateSample.authority("root", by: "root", key: SampleKey(1))
        sample.version = version
        expectMalformed(sample)
    }

    @Test func `an extension that stands there twice is rejected`() throws {
        var sample = try CertificateSample.leaf(by: "root", key: SampleKey(3))
        sample.extensions.append(CertificateSample.keyUsage(0x80))
        expectMalformed(sample)
    }

    @Test func `no extensions, unique identifiers and other fields are rejected`() throws {
        var sample = try CertificateSample.leaf(by: "root", key: SampleKey(3))
        sample.trailer = [0x82, 0x02, 0x00, 0x01]
        expectMalformed(sample)
        sample.trailer = []
        sample.extensions = []
        expectMalformed(sample)
    }

    @Test func `the algorithm inside must be the one outside`() throws {
        var sample = try CertificateSample.leaf(by: "root", key: SampleKey(3))
        sample.innerAlgorithm = try SampleKey(1, .p384).algorithm
        expectMalformed(sample)
    }

    @Test(arguments: [[], [0x80], [0, 0x2a], [1] + [UInt8](repeating: 0, count: 20)] as [[UInt8]])
    func `a serial number is positive, short and in its shortest form`(bytes: [UInt8]) throws {
        var sample = try CertificateSample.leaf(by: "root", key: SampleKey(3))
        sample.serialNumber = bytes
        expectMalformed(sample)
    }

    @Test(arguments: [
        "2601010000Z", "260101000000+0000", "20260101000000Z", "261301000000Z", "260230000000Z", "260101000060Z", "260101 00000Z",
        "20500101000000.5Z",
    ])
    func `a time is UTC with seconds, as RFC 5280 says, and exists`(time: String) throws {
        var sample = try CertificateSample.leaf(by: "root", key: SampleKey(3))
        sample.notAfter = time
        expectMalformed(sample)
    }

    @Test func `times from 2050 on are written with four digits of the year`() throws {
        var sample = try CertificateSample.leaf(by: "root", key: SampleKey(3))
        (sample.notBefore, sample.notAfter) = ("500101000000Z", "20500101000000Z")
        let certificate = try sample.certificate(signedBy: SampleKey(1))
        #expect(certificate.notBefore.description == "1950-01-01T00:00:00Z")
        #expect(certificate.notAfter.description == "2050-01-01T00:00:00Z")
    }

    @Test func `extensions are in the one encoding that DER has for them`() throws {
        let malformed: [CertificateSample.Extension] = [
            ("2.5.29.15", true, [0x03, 0x02, 0x00, 0x00]),  // no bit, in a byte that isn't needed
            ("2.5.29.15", true, [0x03, 0x01, 0x01]),  // an unused bit of none
            ("2.5.29.15", true, [0x03, 0x02, 0x06, 0x80]),  // a trailing bit that is 0
            ("2.5.29.15", true, [0x03, 0x02, 0x07, 0x81]),  // an unused bit that is 1
            ("2.5.29.19", true, [0x30, 0x03, 0x01, 0x01, 0x00]),  // FALSE, which is the default
            ("2.5.29.19", true, [0x30, 0x03, 0x01, 0x01, 0x01]),  // neither FALSE nor TRUE
            ("2.5.29.19", true, [0x30, 0x03, 0x02, 0x01, 0x00]),  // a path length for no authority
            ("2.5.29.19", true, [0x30, 0x06, 0x01, 0x01, 0xff, 0x02, 0x01, 0xff]),  // a negative one
            ("2.5.29.37", false, [0x30, 0x00]),
            ("2.5.29.17", true, [0x30, 0x00]),
            ("2.5.29.17", true, [0x30, 0x03, 0x86, 0x01, 0x00]),  // a URI of one NUL
            ("2.5.29.17", true, [0x30, 0x02, 0x86, 0x00]),
            ("2.5.29.17", true, [0x30, 0x03, 0x89, 0x01, 0x41]),  // no GeneralName
            ("2.5.29.30", true, [0x30, 0x00]),
        ]
        for one in malformed {
            var sample = try CertificateSample.leaf(by: "root", key: SampleKey(3))
            sample.replace(one)
            expectMalformed(sample)
        }
    }

    @Test func `exactly one PEM block of a certificate is read, or a list of nothing else`() throws {
        let certificate = try CertificateSample.authority("root", by: "root", key: SampleKey(1)).certificate(signedBy: SampleKey(1))
        #expect(try Certificate.all(pem: certificate.pem + certificate.pem).count == 2)
        #expect(name { try Certificate(pem: certificate.pem + certificate.pem) } == "certificateMalformed")
        #expect(name { try Certificate.all(pem: certificate.pem + "x\n") } == "certificateMalformed")
        #expect(name { try Certificate.all(pem: "") } == "certificateMalformed")
        let key = try certificate.publicKey().pem
        #expect(name { try Certificate.all(pem: certificate.pem + key) } == "certificateMalformed")
    }

    private func expectMalformed(_ sample: CertificateSample, sourceLocation: SourceLocation = #_sourceLocation) {
        #expect(name { try sample.certificate(signedBy: SampleKey(1)) } == "certificateMalformed", sourceLocation: sourceLocation)
    }

    private func name(_ body: () throws -> some Any) -> String { failureName(body) }
}

/// The name of what `body` throws; "ok" if it doesn't.
func failureName(_ body: () throws -> some Any) -> String {
    do {
        _ = try body()
        return "ok"
    } catch let failure as CertificateFailure {
        return failure.name
    } catch let failure as TimestampFailure {
        return failure.name
    } catch let failure as SCTFailure {
        return failure.name
    } catch let failure as IdentityFailure {
        return failure.name
    } catch let failure as NotationFailure {
        return failure.name
    } catch {
        return "\(error)"
    }
}
