import Glibc

/// The environment variables of this process.
public enum ProcessEnvironment {
    /// The variables as they are now.
    public static var current: [String: String] {
        var variables: [String: String] = [:]
        var entry = environ
        while let text = entry.pointee {
            let pair = String(cString: text)
            if let sign = pair.firstIndex(of: "=") { variables[String(pair[..<sign])] = String(pair[pair.index(after: sign)...]) }
            entry += 1
        }
        return variables
    }
}
