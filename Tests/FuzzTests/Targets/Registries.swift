import HTTPTypes
import JSON
import YAML

@testable import OCI

extension FuzzTarget {
    /// A manifest or index is read or refused; written again it says the same.
    static let manifest = FuzzTarget(
        "manifest", limit: 8192,
        seeds: {
            let layouts = ["cosign-p256", "cosign-attest", "cosign-bundle", "skopeo-ed25519", "cosign-multi"]
            let indexes = try layouts.map { try SeedFiles.bytes("layouts/\($0)/index.json") }
            let blobs = try layouts.flatMap { try SeedFiles.folder("layouts/\($0)/blobs/sha256") }
            return indexes + blobs.filter { $0.first == 0x7B } + RegistrySeeds.manifests.map { Array($0.utf8) }
        },
        check: { bytes in
            let source = "r.example/a:1"
            guard let document = try Self.read({ () throws(OCIError) in try ManifestDocument(parsing: bytes, source: source) }) else {
                return
            }
            try promise("its bytes are kept", document.bytes == bytes && document.descriptor.digest == Digest(of: bytes))
            try promise("the same input gets the same answer", (try? ManifestDocument(parsing: bytes, source: "")) == document)
            let written: ManifestDocument =
                switch document.content {
                case .manifest(let manifest): ManifestDocument(manifest)
                case .index(let index): ManifestDocument(index)
                }
            try promise(
                "what is written says the same", (try? ManifestDocument(parsing: written.bytes, source: ""))?.content == document.content)
            _ = document.listing
            if let index = document.index, let entry = index.entry(for: .current) {
                try promise("an entry is one of the index's", index.manifests.contains(entry))
            }
            guard let module = try Self.read({ () throws(OCIError) in try ModuleArtifact(document, source: "r.example/a:1") }) else {
                return
            }
            for file in module.files {
                let parts = file.path.description.split(separator: "/", omittingEmptySubsequences: false)
                try promise("a file lies within its directory", !parts.contains { $0.isEmpty || $0 == "." || $0 == ".." })
                try promise("a file has no more rights than any", file.mode.bits <= 0o777)
            }
            try promise("a size is no less than that of any file", module.files.allSatisfy { $0.content.size <= module.size })
            try promise("a file is there once", Set(module.files.map(\.path)).count == module.files.count)
        })

    /// What is read; a refusal says why in a few printable words.
    private static func read<Value>(_ body: () throws(OCIError) -> Value) throws(BrokenPromise) -> Value? {
        do { return try body() } catch {
            try checkWords(error.message)
            return nil
        }
    }

    /// References, tags, digests, file names and modes are read or refused; each has one spelling.
    static let reference = FuzzTarget(
        "reference", limit: 1200,
        seeds: {
            let digest = "@sha256:" + String(repeating: "0f", count: 32)
            return [
                "registry.example/team/module:1.0.0", "localhost:5000/a__b/c-d.e:latest\(digest)", "[::1]:5000/a\(digest)", "REG:443/a",
                "registry.example/a@sha512:" + String(repeating: "0", count: 128), "lib/net/filter.so", "0755",
                "application/vnd.oci.empty.v1+json",
            ].map { Array($0.utf8) }
        },
        check: { bytes in
            let text = String(decoding: bytes, as: UTF8.self)
            if let reference = try Self.read({ () throws(OCIError) in try Reference(parsing: text) }) {
                try promise("a reference has one spelling", reference.description == text)
                try promise("its parts make it", (try? Reference(registry: reference.registry, repository: reference.repository)) != nil)
                try promise("no part of it leaves the repository", !reference.repository.split(separator: "/").contains(".."))
            }
            if let digest = try Self.read({ () throws(OCIError) in try Digest(parsing: text) }) {
                try promise("a digest has one spelling", digest.description == text)
            }
            if let tag = try Self.read({ () throws(OCIError) in try Tag(text) }) {
                try promise("a tag has one spelling", tag.description == text)
            }
            if let path = try Self.read({ () throws(OCIError) in try PayloadPath(text) }) {
                try promise(
                    "a path stays below", !path.description.hasPrefix("/") && !path.description.split(separator: "/").contains(".."))
                try promise("directories stand above their file", path.directories.allSatisfy { path.description.hasPrefix($0 + "/") })
            }
            if let mode = try? FileMode(text) { try promise("a mode is read as it is written", (try? FileMode(mode.description)) == mode) }
            _ = MediaType.isWellFormed(text)
        })

    /// What registries say in fields of their answers, chosen by the first byte.
    static let header = FuzzTarget(
        "header", limit: 1024,
        seeds: { RegistrySeeds.fields.map { [$0.0] + Array($0.1.utf8) } },
        check: { bytes in
            guard let first = bytes.first else { return }
            let text = String(decoding: bytes.dropFirst(), as: UTF8.self)
            switch first {
            case 0:
                let challenges = Challenge.parse(text)
                try promise("a field holds no more than its bytes", challenges.count <= text.utf8.count)
                try promise("a scheme is lower case", challenges.allSatisfy { $0.scheme == $0.scheme.lowercased() && !$0.scheme.isEmpty })
            case 1:
                if let seconds = HTTPDate.seconds(parsing: text) {
                    try promise("a date lies between the years 0 and 9999", (-62_170_000_000...253_410_000_000).contains(seconds))
                }
                var fields = HTTPFields()
                fields[.retryAfter] = text
                if let wait = RetryAfter.wait(fields, now: 1_700_000_000) {
                    try promise("no server is obeyed for longer than a day", (.zero ... .seconds(86_400)).contains(wait))
                }
            case 2: try Self.checkPlace(text)
            case 3:
                let url = RemoteURL(scheme: "https", authority: "r.example", path: "/v2/a/tags/list?n=1")
                if let next = try? Repository.next(text, after: url, "r.example/a") {
                    try promise("the next page lies with the registry", next.origin == url.origin && next != url)
                }
            default: return
            }
        })

    /// A place that a registry names: what is read is read again as the same, and nothing but http and https is gone to.
    private static func checkPlace(_ text: String) throws(BrokenPromise) {
        let base = RemoteURL(scheme: "https", authority: "r.example:1", path: "/v2/a/b?c=d")
        for url in [RemoteURL(parsing: text), base.resolving(text)].compactMap({ $0 }) {
            try promise("the scheme is one of two", ["http", "https"].contains(url.scheme))
            try promise("a path begins with a slash", url.path.hasPrefix("/"))
            try promise("no user information is kept", !url.authority.contains("@"))
            try promise("\(url.description) is read as the same", RemoteURL(parsing: url.description) == url)
            try promise("what lies here may lead here", url.mayLead(to: url))
            if url.authority == base.authority, url.scheme == base.scheme { try promise("one origin", url.origin == base.origin) }
        }
    }

    /// A docker config is read or refused, and says where the credential for a host lies; its secrets are in no message.
    static let dockerConfig = FuzzTarget(
        "docker-config",
        seeds: { RegistrySeeds.dockerConfigs.map { Array($0.utf8) } },
        check: { bytes in
            guard let config = try Self.read({ () throws(OCIError) in try DockerConfig(parsing: bytes, source: "config.json") }) else {
                return
            }
            for host in ["registry.example", "docker.io", "a-long-name-with-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.example.com:5000"] {
                switch config.place(registry: host, repository: "team/module") {
                case .helper(let name, _): try promise("a helper's name is part of a name", !name.isEmpty && !name.contains("/"))
                case .here(let credential):
                    try promise("a credential shows nothing of itself", !credential.secrets.contains("\(credential)"))
                case .nowhere: break
                }
            }
        })

    /// The configuration of registries is read or refused, from YAML; each host is reached in one way.
    static let registries = FuzzTarget(
        "registries",
        seeds: { RegistrySeeds.configurations.map { Array($0.utf8) } },
        check: { bytes in
            guard let json = try? YAML.document(bytes, limits: YAMLLimits(size: 64 << 10, depth: 32, expansion: 64 << 10)) else { return }
            let configuration: RegistriesConfiguration
            do throws(JSONDecodingError) { configuration = try RegistriesConfiguration(from: json) } catch { return }
            let insecure = configuration.insecureHosts
            try promise("no host is insecure and has authorities", insecure.isDisjoint(with: configuration.authorities.keys))
            try promise("mirrors and token servers are of hosts that are named", configuration.mirrors.count <= configuration.entries.count)
            try promise("token servers too", configuration.tokenServers.count <= configuration.entries.count)
        })

    /// YAML is read or refused; what is written is read as the same.
    /// Numbers are compared by value: JSON keeps `0e31` a fraction, in YAML it is whole.
    static let yaml = FuzzTarget(
        "yaml",
        seeds: {
            (RegistrySeeds.configurations + RegistrySeeds.dockerConfigs + [
                "a: &x [1, 2.5, ~, 'it''s', \"\\u00e9\"]\nb: *x\n---\n- |\n  text\n  more\n- >-\n  folded\n  text\n",
                "{a: 0x1F, b: 0o17, c: .inf, d: 2026-01-01, e: yes}\n", "? [complex]\n: value\n", " [0e31]",
                "%YAML 1.1\n---\n!!str 1\n...\n",
            ]).map { Array($0.utf8) }
        },
        check: { bytes in
            let limits = YAMLLimits(size: 64 << 10, depth: 32, expansion: 64 << 10)
            let read = Result { () throws(YAMLError) in try YAML.documents(bytes, limits: limits) }
            try promise(
                "the same input gets the same answer", read == Result { () throws(YAMLError) in try YAML.documents(bytes, limits: limits) })
            switch read {
            case .failure(let error):
                try promise("an error lies in the document", error.line >= 1 && error.column >= 1 && !error.reason.isEmpty)
            case .success(let documents):
                for document in documents {
                    let again = Result { () throws(YAMLError) in try YAML.document(YAML.text(document)) }
                    try promise(
                        "what is written is read as the same: \(again) of \(document)", (try? again.get()).map(byValue) == byValue(document)
                    )
                }
            }
        })
}

/// Fractions that are whole, as the integers that they are.
private func byValue(_ json: JSON) -> JSON {
    switch json {
    case .double(let number): return Int64(exactly: number).map(JSON.integer) ?? json
    case .array(let elements): return .array(elements.map(byValue))
    case .object(let members):
        var object = JSONObject()
        for (name, member) in members { object[name] = byValue(member) }
        return .object(object)
    default: return json
    }
}

private enum RegistrySeeds {
    private static let digest = "sha256:" + String(repeating: "0f", count: 32)

    static let manifests = [
        #"{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","artifactType":"application/vnd.graft.module.v1","#
            + #""config":{"mediaType":"application/vnd.graft.module.descriptor.v1+json","digest":"\#(digest)","size":2},"layers":[{"mediaType":"#
            + #""application/vnd.graft.module.payload.v1","digest":"\#(digest)","size":3,"annotations":{"org.opencontainers.image.title":"#
            + #""lib/filter.so","graft.mode":"0755"}}],"annotations":{"a":"b"}}"#,
        #"{"schemaVersion":2,"manifests":[{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"\#(digest)","size":9,"platform":"#
            + #"{"os":"linux","architecture":"amd64","variant":"v8"},"artifactType":"x/y"}],"subject":{"mediaType":"a/b","digest":"\#(digest)","#
            + #""size":1}}"#,
    ]

    static let fields: [(UInt8, String)] = [
        (0, #"Bearer realm="https://auth.example/token",service="registry.example",scope="repository:a/b:pull,push""#),
        (0, #"Basic realm="a \"b\" \\c", Bearer realm=x"#), (0, "Negotiate"), (1, "120"), (1, "Sun, 06 Nov 1994 08:49:37 GMT"),
        (1, "Sunday, 06-Nov-94 08:49:37 GMT"), (1, "Sun Nov  6 08:49:37 1994"), (2, "https://b.c:5/d?e#f"), (2, "//b.c/d"), (2, "../d"),
        (2, "HTTP://[::1%25eth0]:80/"), (2, "http://0x7f.1/"), (2, "?x=y"), (3, #"</v2/a/tags/list?last=b&n=1>; rel="next""#),
        (3, "<https://r.example:443/v2/x>; rel=next"),
    ]

    static let dockerConfigs = [
        #"{"auths":{"registry.example":{"auth":"Ym9iOnNlY3JldDp4"},"https://Other.example:5000/v2/":{"username":"u","password":"p"},"#
            + #""https://index.docker.io/v1/":{"identitytoken":"i"},"registry.example/team/private":{"registrytoken":"r"},"empty.example":{}},"#
            + #""credHelpers":{"aws.example":"ecr-login"},"credsStore":"desktop"}"#,
        #"{"registry.example":{"auth":"dTpw"}}"#, #"{"auths":{"*.example.com:5000":{"auth":"dTpw"},"a*b*.example":{"auth":"dTpw"}}}"#,
    ]

    static let configurations = [
        """
        registries:
        - host: Registry.example:5000
          mirrors:
          - location: mirror.example/cache/hub
            tags: true
            ca: /etc/mirror.pem
          - location: 10.0.0.1:5000
            insecure: true
          ca: /etc/registry.pem
          tokenServers: [auth.example]
        - host: "*"
          mirrors: [{location: everything.example}]

        """, "registries: []\n", "{}\n",
    ]
}
