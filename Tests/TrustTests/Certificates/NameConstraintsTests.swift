import Testing

@testable import Trust

@Suite struct NameConstraintsTests {
    @Test(
        arguments: [
            ([(0x86, "ci.example.test")], [], "https://ci.example.test/x", "ok"),
            ([(0x86, ".example.test")], [], "https://user@CI.example.test:8443/x?y", "ok"),
            ([(0x86, ".example.test")], [], "https://example.test/x", "nameConstraints"),
            ([(0x86, "example.test")], [], "https://ci.example.test/x", "nameConstraints"),
            ([(0x86, "example.test")], [], "https://evil.test/example.test", "nameConstraints"),
            ([(0x86, "example.test")], [], "https://evil.test#@example.test", "nameConstraints"),
            ([(0x86, "example.test")], [], "mailto:x", "nameConstraints"),
            ([], [(0x86, ".example.test")], "https://ci.example.test/x", "nameConstraints"),
            ([], [(0x86, ".example.test")], "urn:no-host", "nameConstraints"),
            ([], [(0x86, ".example.test")], "https://other.test", "ok"),
            ([(0x82, "example.test")], [], "https://other.test", "ok"),
            ([(0x81, "example.test")], [], "https://other.test", "ok"),
            // A form that can't be checked: an address, a registered identifier.
            ([(0x87, "abcd")], [], "https://other.test", "nameConstraints"),
            ([], [(0x88, "abcd")], "https://other.test", "nameConstraints"),
        ] as [([(UInt8, String)], [(UInt8, String)], String, String)])
    func `an authority is held to the hosts it may issue for`(
        permitted: [(UInt8, String)], excluded: [(UInt8, String)], uri: String, verdict: String
    ) throws {
        var chain = try ChainSample()
        chain.intermediate.extensions.append(CertificateSample.nameConstraints(permitted: permitted, excluded: excluded))
        chain.leaf.replace(CertificateSample.subjectAlternativeName((0x86, Array(uri.utf8))))
        #expect(failureName { try chain.validate() } == verdict, "\(uri)")
    }

    @Test(arguments: [
        ("example.test", "me@example.test", "ok"), ("example.test", "me@ci.example.test", "nameConstraints"),
        (".example.test", "me@ci.example.test", "ok"), ("me@example.test", "me@EXAMPLE.test", "ok"),
        ("me@example.test", "Me@example.test", "nameConstraints"), ("example.test", "nobody", "nameConstraints"),
    ])
    func `and to mail addresses`(permitted: String, address: String, verdict: String) throws {
        var chain = try ChainSample()
        chain.root.extensions.append(CertificateSample.nameConstraints(permitted: [(0x81, permitted)]))
        chain.leaf.replace(CertificateSample.subjectAlternativeName((0x81, Array(address.utf8))))
        #expect(failureName { try chain.validate() } == verdict)
    }

    @Test func `directory names hold for the authorities below, too`() throws {
        var chain = try ChainSample()
        let allowed = DERSample.explicit(0, DERSample.sequence(DERSample.explicit(4, try DERSample.name("intermediate"))))
        chain.root.extensions.append(("2.5.29.30", true, DERSample.sequence(allowed)))
        try chain.validate()
        chain.leaf.subject = "somebody"
        #expect(failureName { try chain.validate() } == "nameConstraints")
    }
}
