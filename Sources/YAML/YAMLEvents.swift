import CLibYAML

/// Where an event starts, from 0.
struct YAMLMark {
    var line: Int
    var column: Int
}

extension YAMLError {
    init(reason: String, at mark: YAMLMark) { self.init(reason: reason, line: mark.line + 1, column: mark.column + 1) }
}

/// One step of libyaml's parser, as a value.
struct YAMLEvent {
    enum Kind {
        case streamStart, streamEnd
        case documentStart, documentEnd
        case alias(String)
        case scalar(YAMLScalar)
        case sequenceStart(anchor: String?)
        case mappingStart(anchor: String?)
        case sequenceEnd, mappingEnd
    }

    var kind: Kind
    var mark: YAMLMark
}

/// A scalar as it was written.
struct YAMLScalar {
    var text: String
    var anchor: String?
    /// In full: `tag:yaml.org,2002:int`.
    var tag: String?
    /// Neither quoted nor tagged: the text says what it is.
    var isPlain: Bool
}

/// The events of a stream, from libyaml. The bytes must outlive it.
struct YAMLEvents: ~Copyable {
    private let parser: UnsafeMutablePointer<yaml_parser_t>
    private let bytes: UnsafeBufferPointer<UInt8>

    /// libyaml compares each `%TAG` directive with all before it, so that many of them cost quadratic time.
    private static let directiveLimit = 64

    init(_ bytes: UnsafeBufferPointer<UInt8>) throws(YAMLError) {
        self.bytes = bytes
        parser = .allocate(capacity: 1)
        parser.initialize(to: yaml_parser_t())
        guard yaml_parser_initialize(parser) == 1 else { throw YAMLError(reason: "out of memory", line: 1, column: 1) }
        // Said rather than guessed, so that UTF-16 is an error and not a surprise.
        yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
        yaml_parser_set_input_string(parser, bytes.baseAddress, bytes.count)
        try refuseManyDirectives()
    }

    deinit {
        yaml_parser_delete(parser)
        parser.deinitialize(count: 1)
        parser.deallocate()
    }

    func next() throws(YAMLError) -> YAMLEvent {
        var event = yaml_event_t()
        guard yaml_parser_parse(parser, &event) == 1 else { throw failure() }
        defer { yaml_event_delete(&event) }
        let mark = YAMLMark(event.start_mark)
        switch event.type {
        case YAML_STREAM_START_EVENT: return YAMLEvent(kind: .streamStart, mark: mark)
        case YAML_DOCUMENT_START_EVENT: return YAMLEvent(kind: .documentStart, mark: mark)
        case YAML_DOCUMENT_END_EVENT: return YAMLEvent(kind: .documentEnd, mark: mark)
        case YAML_ALIAS_EVENT: return YAMLEvent(kind: .alias(String(yaml: event.data.alias.anchor) ?? ""), mark: mark)
        case YAML_SCALAR_EVENT: return YAMLEvent(kind: .scalar(YAMLScalar(event)), mark: mark)
        case YAML_SEQUENCE_START_EVENT:
            return YAMLEvent(kind: .sequenceStart(anchor: String(yaml: event.data.sequence_start.anchor)), mark: mark)
        case YAML_SEQUENCE_END_EVENT: return YAMLEvent(kind: .sequenceEnd, mark: mark)
        case YAML_MAPPING_START_EVENT:
            return YAMLEvent(kind: .mappingStart(anchor: String(yaml: event.data.mapping_start.anchor)), mark: mark)
        case YAML_MAPPING_END_EVENT: return YAMLEvent(kind: .mappingEnd, mark: mark)
        // The stream's end; asked again, libyaml gives an event of no type.
        default: return YAMLEvent(kind: .streamEnd, mark: mark)
        }
    }

    /// What libyaml says went wrong, in its words.
    private func failure() -> YAMLError {
        let state = parser.pointee
        let problem = state.problem.map { String(cString: $0) } ?? "the text is not YAML"
        switch state.error {
        case YAML_MEMORY_ERROR: return YAMLError(reason: "out of memory", at: YAMLMark(state.mark))
        case YAML_READER_ERROR: return YAMLError(reason: problem + "; wanted UTF-8 text", at: mark(of: Int(state.problem_offset)))
        default:
            var reason = problem
            if let context = state.context {
                reason += ", \(String(cString: context)) that starts on line \(state.context_mark.line + 1)"
            }
            return YAMLError(reason: reason, at: YAMLMark(state.problem_mark))
        }
    }

    private func mark(of offset: Int) -> YAMLMark {
        var mark = YAMLMark(line: 0, column: 0)
        for byte in bytes.prefix(offset) {
            if byte == 0x0A {
                mark = YAMLMark(line: mark.line + 1, column: 0)
            } else if byte & 0xC0 != 0x80 {
                mark.column += 1
            }
        }
        return mark
    }

    private func refuseManyDirectives() throws(YAMLError) {
        var directives = 0
        var line = 0
        var isLineStart = true
        for position in bytes.indices {
            if isLineStart, bytes[position] == UInt8(ascii: "%") {
                directives += 1
                guard directives <= Self.directiveLimit else {
                    throw YAMLError(
                        reason: "wanted at most \(Self.directiveLimit) directives (lines that start with '%')",
                        at: YAMLMark(line: line, column: 0))
                }
            }
            isLineStart = bytes[position] == 0x0A || bytes[position] == 0x0D
            if bytes[position] == 0x0A { line += 1 }
        }
    }
}

extension YAMLMark {
    fileprivate init(_ mark: yaml_mark_t) { self.init(line: Int(mark.line), column: Int(mark.column)) }
}

extension YAMLScalar {
    fileprivate init(_ event: yaml_event_t) {
        let scalar = event.data.scalar
        text = String(decoding: UnsafeBufferPointer(start: scalar.value, count: scalar.length), as: UTF8.self)
        anchor = String(yaml: scalar.anchor)
        tag = String(yaml: scalar.tag)
        isPlain = scalar.plain_implicit == 1
    }
}

extension String {
    fileprivate init?(yaml text: UnsafeMutablePointer<yaml_char_t>?) {
        guard let text else { return nil }
        self.init(cString: text)
    }
}
