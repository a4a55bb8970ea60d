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

@Suite("A docker config")
struct DockerConfigTests {
    private static let text = """
        {"auths": {
          "registry.example": {"auth": "Ym9iOnNlY3JldDp4"},
          "https://Other.example:5000/v2/": {"username": "u", "password": "p"},
          "https://index.docker.io/v1/": {"identitytoken": "i"},
          "registry.example/team/private": {"registrytoken": "r"},
          "empty.example": {}
        }, "credHelpers": {"aws.example": "ecr-login"}, "HttpHeaders": {"a": "b"}}
        """

    @Test(
        "gives the credential of the longest path that fits",
        arguments: [
            ("registry.example", "a", Credential.basic(user: "bob", password: "secret:x")),
            ("REGISTRY.example", "team/privateer", .basic(user: "bob", password: "secret:x")),
            ("registry.example", "team/private", .registryToken("r")),
            ("registry.example", "team/private/x", .registryToken("r")),
            ("other.example:5000", "a", .basic(user: "u", password: "p")),
            ("other.example", "a", .anonymous),
            ("docker.io", "library/a", .identityToken("i")),
            ("empty.example", "a", .anonymous),
            ("unknown.example", "a", .anonymous),
        ])
    func table(registry: String, repository: String, credential: Credential) throws {
        let config = try DockerConfig(parsing: Array(Self.text.utf8), source: "config.json")
        #expect(try config.credential(registry: registry, repository: repository) == credential)
    }

    @Test("refuses helpers by name")
    func helpers() throws {
        let config = try DockerConfig(parsing: Array(Self.text.utf8), source: "config.json")
        let error = #expect(throws: OCIError.self) { try config.credential(registry: "aws.example", repository: "a") }
        #expect(error?.message.contains("\"ecr-login\"") == true)
        let store = try DockerConfig(parsing: Array(#"{"auths":{"a.b":{}},"credsStore":"desktop"}"#.utf8), source: "x")
        #expect(throws: OCIError.self) { try store.credential(registry: "a.b", repository: "c") }
        #expect(try store.credential(registry: "c.d", repository: "c") == .anonymous)
    }

    @Test(
        "shows no secret in errors and descriptions",
        arguments: [
            #"{"auths":{"a.b":{"auth":"c2VjcmV0"}}}"#, #"{"auths":{"a.b":{"auth":"secret!"}}}"#, #"{"auths":{"a.b":{"password":"secret""#,
            #"{"auths":{"a.b":{"auth":["secret"]}}}"#,
        ])
    func secrets(text: String) {
        let error = #expect(throws: OCIError.self) { try DockerConfig(parsing: Array(text.utf8), source: "config.json") }
        #expect(error?.message.hasPrefix("config.json: ") == true)
        #expect(error?.message.contains("secret") == false)
        #expect(error?.message.contains("c2Vj") == false)
        var dumped = ""
        dump(Credential.basic(user: "u", password: "secret"), to: &dumped)
        #expect(!dumped.contains("secret"))
        #expect(!"\([Credential.identityToken("secret")])".contains("secret"))
    }
}
