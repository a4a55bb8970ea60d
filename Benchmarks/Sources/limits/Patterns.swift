import GraftAPI
import JSON
import KubeCore
import OCI
import Trust
import Verification

private func match(_ pattern: String, _ text: String) -> String {
    do throws(RegularExpressionError) { return try RegularExpression(pattern).matches(text) ? "matches" : "no match" } catch {
        return "refused"
    }
}

private func repeated(_ text: String, _ count: Int) -> String { String(repeating: text, count: count) }

extension Case {
    static let patterns: [Case] = [
        Case("(a*)*b on as many a as are looked at", "8 kB", "no match") {
            let text = repeated("a", 8192)
            return { match("(a*)*b", text) }
        },
        Case("ten times “a or a, as often as it goes”, then b", "8 kB", "no match") {
            let (pattern, text) = (repeated("(a|a)*", 10) + "b", repeated("a", 8192))
            return { match(pattern, text) }
        },
        Case("a? a thousand times and a a thousand times, on a thousand", "1 kB, 3,000 steps", "matches") {
            let text = repeated("a", 1000)
            return { match("a{0,1000}a{1000}", text) }
        },
        Case("as many steps as are compiled, on as long a text as is matched", "8 kB, 3,900 steps", "no match") {
            let text = repeated("a", 8192)
            return { match("(a?){0,700}.{0,900}b", text) }
        },
        Case("repetitions of repetitions of nothing", "2 kB", "refused") {
            let pattern = repeated("(", 30) + repeated("){1000}", 30)
            return { match(pattern, "") }
        },
        Case("a glob of 127 stars", "255 B", "no match") {
            let (pattern, name) = (repeated("*a", 127), repeated("a", 4096) + "b")
            return { (try? Glob(pattern))?.matches(name) == true ? "matches" : "no match" }
        },
        Case("a docker config whose host has 60 stars", "150 B", "nowhere") {
            let text = #"{"auths":{"\#(repeated("*a", 60))*b.example.com":{"username":"u","password":"p"}}}"#
            let config = try DockerConfig(parsing: Array(text.utf8), source: "config.json")
            return { config.place(registry: repeated("a", 200) + ".example.com", repository: "c") == .nowhere ? "nowhere" : "somewhere" }
        },
        Case("64 signatures by nobody, under 16 keys", "64 layers × 16 keys", "noValidSignature") {
            let digest = "sha256:" + repeated("0", 64)
            let stranger = Signer(key: try PrivateKey.generate())
            let layer = try stranger.sign(digest: digest, repository: "r.example/a")
            let manifest = SignatureManifest(digest: "", layers: Array(repeating: layer, count: SignatureLimits.layers))
            let authorities = try (0..<16).map { Authority(name: "\($0)", keys: [try PrivateKey.generate().publicKey]) }
            let claim = CosignSignature.Claim(digest: digest, repository: "r.example/a", authorities: authorities)
            return { CosignSignature.verify([manifest], claim: claim).failure?.name ?? "accepted" }
        },
        Case("a policy of 16 authorities with expressions of 2 kB, read and asked", "34 kB", "noPolicy") {
            var spec = VerificationPolicySpec()
            let many = Array(repeating: repeated("*a", 127), count: 64)
            spec.match = PolicyMatch(namespaces: many, classes: many, slots: many, repositories: many)
            spec.authorities = (0..<16).map { number in
                var keyless = KeylessIdentity()
                keyless.issuer = "https://issuer.example"
                keyless.subjectRegExp = repeated("a{0,1000}?", 4) + repeated("(b|c)*", 300)
                keyless.trustRoots = ["none"]
                let authority = PolicyAuthority(name: "\(number)", keyless: keyless)
                return authority
            }
            let policy = VerificationPolicy(metadata: ObjectMeta(name: "p"), spec: spec)
            let long = repeated("a", 250) + "b"
            return {
                let delivery = Delivery(namespace: long, class: long, slot: long, repository: long)
                return PolicySet([policy]).tenancy(delivery).failure?.name ?? "granted"
            }
        },
    ]
}
