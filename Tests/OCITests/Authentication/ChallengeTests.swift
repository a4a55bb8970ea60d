import Testing

@testable import OCI

@Suite("WWW-Authenticate")
struct ChallengeTests {
    @Test(
        "is read with quoted strings, several challenges and odd spacing",
        arguments: [
            (
                #"Bearer realm="https://auth.example/token",service="registry.example",scope="repository:a/b:pull,push""#,
                [
                    Challenge(
                        scheme: "bearer",
                        parameters: [
                            "realm": "https://auth.example/token", "service": "registry.example", "scope": "repository:a/b:pull,push",
                        ])
                ]
            ),
            (
                #"Basic realm="a \"b\" \\c", Bearer realm=x"#,
                [Challenge(scheme: "basic", parameters: ["realm": #"a "b" \c"#]), Challenge(scheme: "bearer", parameters: ["realm": "x"])]
            ),
            (#"BASIC Realm = "x" , charset="UTF-8""#, [Challenge(scheme: "basic", parameters: ["realm": "x", "charset": "UTF-8"])]),
            ("Negotiate", [Challenge(scheme: "negotiate")]),
            ("Basic realm=a, realm=b", [Challenge(scheme: "basic", parameters: ["realm": "a"])]),
            ("", []),
            (", ,", []),
            (#"Bearer realm="unclosed"#, [Challenge(scheme: "bearer")]),
            (#"realm="x""#, []),
        ])
    func table(text: String, challenges: [Challenge]) {
        let found = Challenge.parse(text)
        if text.contains("unclosed") {
            #expect(found.first == challenges.first)
        } else {
            #expect(found == challenges)
        }
    }

    @Test("of any text neither traps nor loops", arguments: 0..<8)
    func fuzz(seed: Int) {
        var random = SeededGenerator(seed)
        let text = #"Bearer realm="https://a.example/t\"x",service=b, Basic realm="c", Negotiate abc=="#
        for _ in 0..<2000 {
            for challenge in Challenge.parse(random.mutated(text)) {
                #expect(!challenge.scheme.isEmpty)
                #expect(challenge.scheme == challenge.scheme.lowercased())
            }
        }
    }
}
