import Testing

/// What README, `docs` and the other pages point at is there: links, their anchors, paths and scripts.
@Suite struct LinkTests {
    /// Pages that people read in the repository. DocC checks its own.
    static let pages = Repository.files(below: "", ending: ".md").filter { !$0.contains(".docc/") }

    private static let folders = [
        "Benchmarks", "CRDs", "Examples", "Sources", "Tests", "docs", "hack", "manifests",
    ]

    @Test func `The pages are found`() {
        #expect(Self.pages.contains("README.md") && Self.pages.contains("docs/architecture.md"))
    }

    @Test(arguments: pages) func `Links lead to files and headings that are there`(_ page: String) throws {
        for (number, text) in Article(try Repository.text(Repository.root + "/" + page)).prose {
            for link in links(in: text) where !link.contains("://") {
                let parts = link.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
                let target = parts[0].isEmpty ? page : resolve(parts[0], from: page)
                #expect(Repository.exists(target), "\(page):\(number): \(link) leads to \(target), which is not there")
                guard parts.count == 2, target.hasSuffix(".md"), Repository.exists(target) else { continue }
                let headings = Article(try Repository.text(Repository.root + "/" + target)).prose.map(\.text).filter { $0.hasPrefix("#") }
                #expect(headings.map(anchor).contains(parts[1]), "\(page):\(number): \(target) has no heading #\(parts[1])")
            }
        }
    }

    @Test(arguments: pages) func `Paths and scripts that a page names are there`(_ page: String) throws {
        let article = Article(try Repository.text(Repository.root + "/" + page))
        let spans = article.prose.flatMap { line in line.text.codeSpans.map { (line.number, $0) } }
        let commands = article.lines.enumerated().filter { $0.element.hasPrefix("    ") || $0.element.hasPrefix("hack/") }
            .map { ($0.offset + 1, $0.element.drop { $0 == " " }.description) }
        for (number, text) in spans + commands {
            let path = String(text.prefix { !" (),;:|'\"".contains($0) })
            guard let folder = path.split(separator: "/").first.map(String.init), path.contains("/"), Self.folders.contains(folder),
                !path.contains(where: { "<>*{}…$".contains($0) })
            else { continue }
            let fromPage = resolve(path, from: page)
            #expect(Repository.exists(path) || Repository.exists(fromPage), "\(page):\(number): there is no \(path)")
        }
    }

    @Test func `What is not there is noticed`() {
        #expect(links(in: "see [one](a.md#b) and ![two](https://x/y) [three](c/d)") == ["a.md#b", "https://x/y", "c/d"])
        #expect(resolve("../hack/test", from: "docs/agent.md") == "hack/test")
        #expect(resolve("errors.md", from: "docs/agent.md") == "docs/errors.md")
        #expect(anchor("## What `it` is, and why") == "what-it-is-and-why")
        #expect(!Repository.exists("docs/nothing.md"))
    }

    /// The targets of `[text](target)`.
    private func links(in line: String) -> [String] {
        line.split(separator: "](", omittingEmptySubsequences: false).dropFirst().compactMap { rest in
            rest.firstIndex(of: ")").map { String(rest[..<$0]) }
        }
    }

    /// A path that a page names from its own folder, as seen from the root.
    private func resolve(_ path: String, from page: String) -> String {
        var parts = page.split(separator: "/").dropLast().map(String.init)
        for part in path.split(separator: "/") where part != "." {
            if part == ".." { _ = parts.popLast() } else { parts.append(String(part)) }
        }
        return parts.joined(separator: "/")
    }

    /// As GitHub makes it of a heading.
    private func anchor(_ heading: String) -> String {
        let text = heading.drop { $0 == "#" || $0 == " " }.lowercased()
        return String(text.compactMap { $0 == " " ? "-" : $0.isLetter || $0.isNumber || $0 == "-" || $0 == "_" ? $0 : nil })
    }
}
