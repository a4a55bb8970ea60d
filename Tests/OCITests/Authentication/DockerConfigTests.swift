import Testing

@testable import OCI

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
        let place = config.place(registry: registry, repository: repository)
        #expect(place == (credential == .anonymous ? .nowhere : .here(credential)))
    }

    @Test(
        "asks the host's helper before its entries, and the helper for all after them",
        arguments: [
            ("aws.example", DockerConfig.Place.helper("ecr-login", server: "aws.example")), ("a.b", .helper("desktop", server: "a.b")),
            ("unknown.example:5000", .helper("desktop", server: "unknown.example:5000")),
            ("docker.io", .helper("desktop", server: "https://index.docker.io/v1/")),
            ("c.d", .here(.basic(user: "u", password: "p"))),
        ])
    func helpers(registry: String, place: DockerConfig.Place) throws {
        let text = """
            {"auths": {"a.b": {}, "c.d": {"auth": "dTpw"}, "aws.example": {"auth": "dTpw"}}, "credsStore": "desktop",
             "credHelpers": {"https://aws.example": "ecr-login"}}
            """
        let config = try DockerConfig(parsing: Array(text.utf8), source: "x")
        #expect(config.place(registry: registry, repository: "c") == place)
    }

    @Test(
        "matches hosts with stars as the kubelet does, a part at a time",
        arguments: [
            ("a.example.com", "x", "star"), ("a.b.example.com", "x", nil), ("example.com", "x", nil), ("a.example.com:5000", "x", "port"),
            ("exact.example.com", "x", "exact"), ("a.example.com", "team/x", "team"), ("a.example.com", "teams/x", "star"),
            ("dev-1.example.org", "x", "prefix"), ("1-dev.example.org", "x", nil),
        ])
    func globs(registry: String, repository: String, password: String?) throws {
        let text = """
            {"auths": {"*.example.com": {"username": "u", "password": "star"}, "*.example.com:5000": {"username": "u", "password": "port"},
             "exact.example.com": {"username": "u", "password": "exact"}, "https://*.example.com/team": {"username": "u", "password": "team"},
             "dev-*.example.org": {"username": "u", "password": "prefix"}}}
            """
        let config = try DockerConfig(parsing: Array(text.utf8), source: "x")
        let place = config.place(registry: registry, repository: repository)
        #expect(place == password.map { .here(.basic(user: "u", password: $0)) } ?? .nowhere)
    }

    @Test(
        "tells in no time whether a host matches, however many stars there are", .timeLimit(.minutes(1)),
        arguments: [(30, "b", false), (30, "", true), (1, "*", true), (200, "a", true)])
    func manyStars(count: Int, last: String, fits: Bool) throws {
        let pattern = String(repeating: "*a", count: min(count, 60)) + "*" + last
        let text = #"{"auths": {"\#(pattern).example.com": {"username": "u", "password": "p"}}}"#
        let config = try DockerConfig(parsing: Array(text.utf8), source: "x")
        let place = config.place(registry: String(repeating: "a", count: 80) + ".example.com", repository: "c")
        #expect(place == (fits ? .here(.basic(user: "u", password: "p")) : .nowhere))
    }

    @Test("reads the older kind of Secret, which has the entries alone")
    func older() throws {
        let config = try DockerConfig(parsing: Array(#"{"https://a.b/v1/":{"auth":"dTpw","email":"e"}}"#.utf8), source: "x")
        #expect(config.place(registry: "a.b", repository: "c") == .here(.basic(user: "u", password: "p")))
    }

    @Test("refuses helpers that are no part of a program's name", arguments: ["../x", "a/b", "", ".hidden", "a b", "a\n"])
    func badHelpers(name: String) {
        for text in [#"{"credHelpers":{"a.b":"\#(name)"}}"#, #"{"credsStore":"\#(name)"}"#] where !(name.isEmpty && text.contains("Store"))
        {
            #expect(throws: OCIError.self) { try DockerConfig(parsing: Array(text.utf8), source: "x") }
        }
    }

    @Test("of any text neither traps nor shows a secret", arguments: 0..<4)
    func fuzz(seed: Int) {
        var random = SeededGenerator(seed)
        for _ in 0..<1000 {
            do {
                let config = try DockerConfig(parsing: Array(random.mutated(Self.text).utf8), source: "x")
                _ = config.place(registry: "registry.example", repository: "team/private")
            } catch { #expect(!error.message.contains("c2Vj")) }
        }
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
