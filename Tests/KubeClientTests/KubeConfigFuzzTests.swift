import Randomness
import Testing

@testable import KubeClient

/// What others wrote, damaged.
@Suite struct KubeConfigFuzzTests {
    private static let kubeconfig = """
        apiVersion: v1
        kind: Config
        current-context: m
        clusters:
        - name: c
          cluster: {server: "https://api.test:6443", certificate-authority-data: \(KubeConfigTests.encodedPEM), proxy-url: "http://p:1"}
        users:
        - name: u
          user:
            exec:
              apiVersion: client.authentication.k8s.io/v1
              command: login
              args: [a, b]
              env: [{name: A, value: b}]
              interactiveMode: Never
              provideClusterInfo: true
            as: jane
            as-groups: [x]
            as-user-extra: {k: [v]}
        contexts:
        - name: m
          context: {cluster: c, user: u, namespace: payments}

        """

    private static let credential =
        #"{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"abc","expirationTimestamp":"2026-01-01T00:00:00Z","clientCertificateData":"-----BEGIN X-----\nAA\n-----END X-----\n","clientKeyData":"-----BEGIN X-----\nAA\n-----END X-----\n"}}"#

    private func mutated(_ text: String, using random: inout SeededRandom) -> [UInt8] {
        let telling = Array("{}[]\"':,-|&*!#~<\n 01ax\u{0}\\".utf8) + [0x80, 0xFF]
        var bytes = Array(text.utf8)
        for _ in 0..<Int.random(in: 1...2, using: &random) {
            let position = Int.random(in: 0..<bytes.count, using: &random)
            switch Int.random(in: 0..<4, using: &random) {
            case 0: bytes[position] = telling.randomElement(using: &random)!
            case 1: bytes.insert(telling.randomElement(using: &random)!, at: position)
            case 2: bytes.remove(at: position)
            default: bytes.removeSubrange(position..<min(bytes.count, position + Int.random(in: 1...20, using: &random)))
            }
            if bytes.isEmpty { bytes = [0x20] }
        }
        return bytes
    }

    @Test func `A damaged kubeconfig is read or refused, by the name of its file`() {
        #expect(throws: Never.self) { try KubeConfig.parse(Array(Self.kubeconfig.utf8), file: "/f").configuration() }
        var random = SeededRandom(seed: 21)
        var read = 0
        for _ in 0..<3000 {
            do throws(ClientConfigurationError) {
                _ = try KubeConfig.parse(mutated(Self.kubeconfig, using: &random), file: "/f").configuration(context: "m")
                read += 1
            } catch { #expect(error.message.hasPrefix("/f: "), "\(error.message)") }
        }
        #expect((100..<3000).contains(read), "too few or too many are refused for the test to mean anything")
    }

    @Test func `A damaged credential is read or refused, by the name of its command`() {
        var random = SeededRandom(seed: 22)
        let plugin = ExecPlugin(command: "login")
        var read = 0
        for _ in 0..<4000 {
            do throws(ClientConfigurationError) {
                let credential = try plugin.credential(mutated(Self.credential, using: &random))
                read += 1
                #expect(credential.token != nil || credential.identity != nil)
            } catch { #expect(error.message.hasPrefix("the credential command login "), "\(error.message)") }
        }
        #expect((100..<4000).contains(read))
    }
}
