/// What the command line asks for.
struct Options {
    /// Objects in the server.
    var objects = 20_000
    /// Repetitions of what takes time, of which the median counts.
    var rounds = 5
    /// Watch events a second, and in all.
    var rate = 2_000
    var events = 20_000
    /// A kubeconfig of a server that has the objects already.
    var kubeconfig: String?
    /// Where to write the kubeconfig of a server that is filled and then kept running, with nothing measured.
    var serve: String?
    /// Serves a made-up collection and its watch at a steady rate, with nothing measured.
    var replay = false

    static let usage = """
        usage: runtime [--objects N] [--rounds N] [--rate N] [--events N] [--kubeconfig FILE | --serve FILE | --replay]
        With KUBEBUILDER_ASSETS naming a directory with kube-apiserver and etcd, they are the server; otherwise the embedded one is.
        """

    init(_ arguments: some Collection<String>) throws {
        var arguments = arguments[...]
        while let name = arguments.popFirst() {
            if name == "--replay" {
                replay = true
                continue
            }
            guard let value = arguments.popFirst() else { throw Failure(Self.usage) }
            switch name {
            case "--objects": objects = try Self.number(value)
            case "--rounds": rounds = try Self.number(value)
            case "--rate": rate = try Self.number(value)
            case "--events": events = try Self.number(value)
            case "--kubeconfig": kubeconfig = value
            case "--serve": serve = value
            default: throw Failure(Self.usage)
            }
        }
    }

    private static func number(_ text: String) throws -> Int {
        guard let number = Int(text), number > 0 else { throw Failure(usage) }
        return number
    }
}

struct Failure: Error, CustomStringConvertible {
    var description: String
    init(_ description: String) { self.description = description }
}
