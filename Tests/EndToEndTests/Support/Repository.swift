import FoundationEssentials
import Glibc

/// Where the programs under test and the repository's files are.
enum Repository {
    /// The checkout, found from this source file.
    static let root: String = {
        var components = #filePath.split(separator: "/", omittingEmptySubsequences: false)
        components.removeLast(4)
        return components.joined(separator: "/")
    }()

    /// The directory that this test bundle was built in: what was built with it stands beside it, wherever that is.
    static let build: String = {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink("/proc/self/exe", &buffer, buffer.count - 1)
        let own = count > 0 ? String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self) : ""
        return ([own] + CommandLine.arguments.filter { $0.hasPrefix("/") })
            .map { String($0[..<($0.lastIndex(of: "/") ?? $0.startIndex)]) }
            .first { File.exists($0 + "/graft") } ?? root + "/.build/debug"
    }()

    static let graft = build + "/graft"
    static let controller = build + "/graft-controller"
    static let agent = build + "/graft-agent"
    static let example = root + "/Examples/edge-proxy"
}
