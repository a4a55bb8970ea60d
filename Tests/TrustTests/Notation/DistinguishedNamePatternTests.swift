import Testing

@testable import Trust

/// Identities as policies write them, and which subjects they accept.
@Suite struct DistinguishedNamePatternTests {
    private func subject(_ text: String) throws -> DistinguishedName {
        try DistinguishedName(NodeReader.parse(DERSample.name(text)[...], "subject"), "subject")
    }

    @Test(arguments: [
        "x509.subject: C=US, ST=WA, O=example", "x509.subject:C=US,ST=WA,O=example", "x509.subject: c=US, s=WA, o=example",
        "x509.subject: O=example,   ST=WA,C=US  ", "x509.subject: 2.5.4.6=US, ST=WA, 2.5.4.10=example",
        #"x509.subject: C=US, ST=WA, O=\65xample"#, "x509.subject: C=US, ST=WA, O=example, CN=builder",
    ])
    func `accepts a subject with these attributes, in any order`(_ identity: String) throws {
        let pattern = try DistinguishedNamePattern(identity)
        #expect(try pattern.accepts(subject("CN=builder,O=example,OU=more,C=US,ST=WA")))
        for other in ["O=example,C=US", "O=example,C=US,ST=wa", "O=Example,C=US,ST=WA", "O=example ,C=US,ST=WA", "O=examples,C=US,ST=WA"] {
            #expect(try !pattern.accepts(subject(other)), "\(other)")
        }
    }

    @Test(arguments: [
        (#"a\, b"#, "a, b"), (#"a\;b\\c\+d\"e\<f\>g"#, #"a;b\c+d"e<f>g"#), (#"\ a\ "#, " a "), ("\\#1", "#1"), ("a=b", "a=b"),
        (#"\c3\bc"#, "ü"), ("a  b", "a  b"),
    ])
    func `escapes stand for what they say, and are written back`(_ one: (written: String, value: String)) throws {
        let text = "x509.subject: C=US, ST=WA, O=\(one.written)"
        var reader = DistinguishedNameReader(text.utf8.dropFirst(DistinguishedNamePattern.prefix.utf8.count))
        #expect(try reader.read()[DistinguishedName.organization] == one.value)
        let der = DERSample.sequence(
            try [("2.5.4.6", "US"), ("2.5.4.8", "WA"), ("2.5.4.10", one.value)].map {
                DERSample.set(DERSample.sequence(try DERSample.oid($0.0), DERSample.utf8($0.1)))
            }.flatMap { $0 })
        let name = try DistinguishedName(NodeReader.parse(der[...], "subject"), "subject")
        let pattern = try DistinguishedNamePattern(text)
        #expect(try pattern.accepts(name))
        #expect(pattern.accepts(kept: name.identityText), "\(name.identityText)")
    }

    @Test(arguments: [
        ("*", "is no identity"), ("C=US, ST=WA, O=example", "is no identity"), ("x509.subject:", "has no value"),
        ("x509.subject: C=US, ST=WA", "no O"), ("x509.subject: C=US, O=example", "no ST"), ("x509.subject: ST=WA, O=example", "no C"),
        ("x509.subject: C=US, ST=WA, O=example, O=other", "twice"), ("x509.subject: C=US, ST=WA, S=CA, O=example", "twice"),
        ("x509.subject: C=US, ST=WA, O=example, 2.5.4.6=DE", "twice"), ("x509.subject: C=US+ST=WA, O=example", "backslash"),
        ("x509.subject: C=US; ST=WA; O=example", "backslash"), (#"x509.subject: C=US, ST=WA, O="example""#, "empty value"),
        ("x509.subject: C=US, ST=WA, O=", "empty value"), ("x509.subject: C=US, ST=WA, O=  ", "empty value"),
        ("x509.subject: C=US, ST=WA, O=#0c0161", "hexadecimal"), ("x509.subject: C=US, ST=WA, O=example,", "has no value"),
        ("x509.subject: C=US, ST=WA, O=a, X=b", "isn't known"), ("x509.subject: C=US, ST=WA, O=a, \u{17f}T=b", "isn't known"),
        (#"x509.subject: C=US, ST=WA, O=a\"#, "ends with"), (#"x509.subject: C=US, ST=WA, O=a\q"#, "needs none"),
        ("x509.subject: C=US, ST=WA, O=a\u{1}b", "can't be shown"), ("x509.subject: C=US, ST=WA, O=a\u{202e}b", "can't be shown"),
        (#"x509.subject: C=US, ST=WA, O=\c3"#, "UTF-8"), (#"x509.subject: C=US, ST=WA, O=\4"#, "needs none"),
    ])
    func `is refused`(_ one: (identity: String, reason: String)) {
        let problem = #expect(throws: PolicyProblem.self) { try DistinguishedNamePattern(one.identity) }
        #expect(problem?.description.contains(one.reason) == true, "\(problem?.description ?? "")")
    }

    @Test func `of two identities one of which says less, one says nothing`() throws {
        let wide = try DistinguishedNamePattern("x509.subject: C=US, ST=WA, O=example")
        let narrow = try DistinguishedNamePattern("x509.subject: C=US, ST=WA, O=example, OU=one")
        #expect(wide.covers(narrow) && !narrow.covers(wide))
    }

    @Test func `an attribute that is no text is equal to no text`() throws {
        let bitString = DERSample.sequence(
            try [("2.5.4.6", DERSample.utf8("US")), ("2.5.4.8", DERSample.utf8("WA")), ("2.5.4.10", DERSample.bits([0x61]))].map {
                DERSample.set(DERSample.sequence(try DERSample.oid($0.0), $0.1))
            }.flatMap { $0 })
        let name = try DistinguishedName(NodeReader.parse(bitString[...], "subject"), "subject")
        let shown = try #require(name.attributes.last?.value)
        #expect(shown.hasPrefix("#"))
        #expect(try !DistinguishedNamePattern("x509.subject: C=US, ST=WA, O=\\\(shown)").accepts(name))
    }
}
