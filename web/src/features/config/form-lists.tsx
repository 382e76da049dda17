import type { ArrayFieldItemTemplateProps, ArrayFieldTemplateProps, ErrorSchema } from '@rjsf/utils';
import { ArrowDown, ArrowUp, ChevronRight, Plus, Trash2 } from 'lucide-react';
import { isValidElement, useState } from 'react';
import { Badge } from '../../ui/badge';
import { Button, IconButton } from '../../ui/button';

/** Lists longer than this begin closed: only what is open exists, so that a large config does not hold up the page. */
const mostOpen = 3;

export function ListTemplate(props: ArrayFieldTemplateProps) {
  const { title, schema, items, canAdd, onAddClick, disabled, readonly, optionalDataControl } = props;
  return (
    <fieldset className="flex min-w-0 flex-col gap-2 rounded-md border border-line p-3">
      <legend className="px-1 text-sm font-semibold">
        {title} <span className="font-normal text-muted">({items.length})</span>
      </legend>
      {schema.description !== undefined && <p className="text-xs text-muted">{schema.description}</p>}
      {optionalDataControl}
      {items.length > 0 && <div className="flex flex-col gap-2">{items}</div>}
      {canAdd === true && (
        <div>
          <Button disabled={disabled === true || readonly === true} onClick={() => onAddClick()}>
            <Plus aria-hidden className="size-4" />
            Add {title === '' ? 'one' : `to ${title.toLowerCase()}`}
          </Button>
        </div>
      )}
    </fieldset>
  );
}

/** One of a list: what is an object can be closed; all can be moved and removed. */
export function ListItemTemplate({ children, buttonsProps, index, totalItems, schema }: ArrayFieldItemTemplateProps) {
  const { formData, errorSchema } = partsOf(children);
  const name = nameOf(formData) ?? `${index + 1}`;
  const [open, setOpen] = useState(totalItems <= mostOpen || nameOf(formData) === null);
  const isObject = schema.type === 'object' || schema.anyOf !== undefined;
  const faulty = errorSchema !== undefined && Object.keys(errorSchema).length > 0;
  const buttons = <ItemButtons name={name} {...buttonsProps} />;
  if (!isObject) {
    return (
      <div className="flex items-start gap-2">
        <div className="min-w-0 flex-1">{children}</div>
        {buttons}
      </div>
    );
  }
  return (
    <div className="rounded-md border border-line">
      <div className="flex items-center gap-2 px-2 py-1">
        <button
          type="button"
          aria-expanded={open}
          className="flex min-h-8 min-w-0 flex-1 items-center gap-2 text-left text-sm font-medium"
          onClick={() => setOpen(!open)}
        >
          <ChevronRight aria-hidden className={`size-4 shrink-0 transition-transform ${open ? 'rotate-90' : ''}`} />
          <span className="truncate">{name}</span>
          {faulty && <Badge tone="bad">has a fault</Badge>}
        </button>
        {buttons}
      </div>
      {open && <div className="border-t border-line p-3">{children}</div>}
    </div>
  );
}

function ItemButtons(props: ArrayFieldItemTemplateProps['buttonsProps'] & { name: string }) {
  const { name, hasMoveUp, hasMoveDown, hasRemove, onMoveUpItem, onMoveDownItem, onRemoveItem, disabled, readonly } =
    props;
  const off = disabled === true || readonly === true;
  return (
    <span className="flex shrink-0">
      {(hasMoveUp || hasMoveDown) && (
        <>
          <IconButton name={`Move ${name} up`} disabled={off || !hasMoveUp} onClick={onMoveUpItem}>
            <ArrowUp aria-hidden className="size-4" />
          </IconButton>
          <IconButton name={`Move ${name} down`} disabled={off || !hasMoveDown} onClick={onMoveDownItem}>
            <ArrowDown aria-hidden className="size-4" />
          </IconButton>
        </>
      )}
      {hasRemove && (
        <IconButton name={`Remove ${name}`} disabled={off} onClick={onRemoveItem}>
          <Trash2 aria-hidden className="size-4" />
        </IconButton>
      )}
    </span>
  );
}

/** What the field inside shows: the form hands the item over as an element only. */
function partsOf(children: unknown): { formData?: unknown; errorSchema?: ErrorSchema } {
  return isValidElement<{ formData?: unknown; errorSchema?: ErrorSchema }>(children) ? children.props : {};
}

function nameOf(value: unknown): string | null {
  if (typeof value !== 'object' || value === null || !('name' in value)) return null;
  return typeof value.name === 'string' && value.name !== '' ? value.name : null;
}
