import Glibc

extension LeaderElection {
    /// A name for a candidate: the host's and a random number.
    ///
    /// Another one at each call: in a container every process has the same ID, and a successor must not take its predecessor's Lease for
    /// its own. Call it once a process, and give the same name to an ``EventRecorder``.
    public static func uniqueIdentity() -> String {
        var name = [CChar](repeating: 0, count: 256)
        gethostname(&name, name.count - 1)
        let host = String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return "\(host)_\(String(UInt64.random(in: .min ... .max), radix: 36))"
    }
}
